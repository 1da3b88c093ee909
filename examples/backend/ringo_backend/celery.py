import os

from celery import Celery

from . import request_id  # noqa: F401  listens to what is published and run

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ringo_backend.settings.prod")

app = Celery("ringo_backend")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
