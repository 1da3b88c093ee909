import logging
import socket
import time
import uuid
from datetime import timedelta

from celery import shared_task
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from .models import Heartbeat, Order

logger = logging.getLogger(__name__)


@shared_task(name="orders.process")
def process_order(order_id):
    order = Order.objects.get(pk=order_id)
    order.status = Order.Status.PROCESSED
    order.processed_by = socket.gethostname()
    order.processed_at = timezone.now()
    order.save(update_fields=["status", "processed_by", "processed_at"])
    # ⚠ Personal data in clear: scrubbing is the infrastructure's work.
    logger.info("order %s processed, customer %s %s", order.pk, order.email, order.phone)
    return order.pk


@shared_task(name="orders.slow")
def slow(seconds):
    time.sleep(seconds)
    return {"slept": seconds, "worker": socket.gethostname()}


@shared_task(name="orders.write_media")
def write_media(text):
    name = default_storage.save(f"reports/{uuid.uuid4()}.txt", ContentFile(text.encode()))
    return {"url": default_storage.url(name), "worker": socket.gethostname()}


@shared_task(name="orders.heartbeat")
def heartbeat():
    Heartbeat.objects.create(worker=socket.gethostname())
    Heartbeat.objects.filter(at__lt=timezone.now() - timedelta(hours=1)).delete()
