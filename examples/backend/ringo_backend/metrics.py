"""Prometheus metrics of this one gunicorn worker: a scrape sees whichever of them answers. ⚠ Raw paths are labels."""

import time

from django.http import HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest

requests_total = Counter("django_http_requests_total", "Requests answered", ["method", "path", "status"])
request_seconds = Histogram("django_http_request_duration_seconds", "Time to answer", ["method", "path"])
# ⚠ Counted where tasks run, which no scrape reaches: empty on the API.
tasks_total = Counter("celery_tasks_total", "Tasks done", ["task", "state"])


class MetricsMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        start = time.monotonic()
        response = self.get_response(request)
        request_seconds.labels(request.method, request.path).observe(time.monotonic() - start)
        requests_total.labels(request.method, request.path, response.status_code).inc()
        return response


def metrics(request):
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)
