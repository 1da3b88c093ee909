"""The id that the edge gave a request, on every line that is logged for it: here, and in the tasks that it started."""
import logging
from contextvars import ContextVar

from celery.signals import after_setup_logger, before_task_publish, task_postrun, task_prerun

current = ContextVar("request_id", default="-")


class RequestIdMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        token = current.set(request.headers.get("X-Request-ID", "-"))
        try:
            return self.get_response(request)
        finally:
            current.reset(token)


class RequestIdFilter(logging.Filter):
    def filter(self, record):
        record.request_id = current.get()
        return True


@before_task_publish.connect
def hand_over(headers=None, **_):
    headers["request_id"] = current.get()


@task_prerun.connect
def take_over(task=None, **_):
    current.set(getattr(task.request, "request_id", None) or "-")


@task_postrun.connect
def forget(**_):
    current.set("-")


@after_setup_logger.connect
def on_celerys_lines(logger=None, **_):
    for handler in logger.handlers:
        handler.addFilter(RequestIdFilter())
