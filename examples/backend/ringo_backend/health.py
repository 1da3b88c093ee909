"""The health check, ⚠ as slow and as forgiving as the real backend's."""

from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.db import connection
from django.http import JsonResponse
from django.views.decorators.http import require_http_methods

from .celery import app


def database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def broker():
    # ⚠ Without the credentials that the URL holds: answers only where the default user may PING.
    url = urlsplit(settings.CELERY_BROKER_URL)
    return redis.Redis(host=url.hostname, port=url.port or 6379).ping()


def workers():
    return bool(app.control.inspect(timeout=1).ping())


def works(check):
    try:
        return bool(check())
    except Exception:
        return False


@require_http_methods(["GET"])
def health(request):
    # ⚠ No timeouts: a black-holed PostgreSQL or Redis holds the gunicorn worker until gunicorn kills it.
    postgres, ping = works(database), works(broker)
    # ⚠ Celery alone never makes it unhealthy.
    celery = ping and works(workers)
    healthy = postgres and ping
    return JsonResponse(
        {
            "status": "healthy" if healthy else "unhealthy",
            "checks": {"database": postgres, "redis": ping, "celery": celery},
        },
        status=200 if healthy else 503,
    )
