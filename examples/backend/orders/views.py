import os
import socket
import uuid
from pathlib import PurePosixPath

from celery.exceptions import TimeoutError as TaskTimeout
from celery.result import AsyncResult
from django.core.files.storage import default_storage
from rest_framework import generics
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from .models import Heartbeat
from .serializers import (
    HeartbeatSerializer,
    MediaTaskSerializer,
    OrderSerializer,
    RegistrationSerializer,
    SlowTaskSerializer,
    UploadSerializer,
)
from .tasks import process_order, slow, write_media

LONGEST_WAIT_SECONDS = 30


class Version(APIView):
    permission_classes = [AllowAny]

    def get(self, request):
        release = os.environ.get("SENTRY_RELEASE") or os.environ.get("RINGO_RELEASE")
        return Response({"release": release, "hostname": socket.gethostname()})


class Register(generics.CreateAPIView):
    permission_classes = [AllowAny]
    serializer_class = RegistrationSerializer


class OwnOrders:
    serializer_class = OrderSerializer

    def get_queryset(self):
        return self.request.user.orders.all()


class Orders(OwnOrders, generics.ListCreateAPIView):
    def perform_create(self, serializer):
        order = serializer.save(owner=self.request.user)
        process_order.delay(order.pk)


class OrderDetail(OwnOrders, generics.RetrieveAPIView):
    pass


class Heartbeats(generics.ListAPIView):
    """What beat did in the last minutes, newest first."""

    serializer_class = HeartbeatSerializer

    def get_queryset(self):
        return Heartbeat.objects.all()[:60]


class SlowTask(APIView):
    def post(self, request):
        wanted = SlowTaskSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        task = slow.apply_async([wanted.validated_data["seconds"]], queue=wanted.validated_data["queue"])
        return Response({"id": task.id}, status=202)


class MediaTask(APIView):
    def post(self, request):
        wanted = MediaTaskSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        return Response({"id": write_media.delay(wanted.validated_data["text"]).id}, status=202)


class TaskState(APIView):
    """The state of a task; `?wait=SECONDS` answers as soon as it is done, or when the time is over."""

    def get(self, request, task_id):
        task = AsyncResult(str(task_id))
        try:
            wait = min(float(request.query_params.get("wait", 0)), LONGEST_WAIT_SECONDS)
        except ValueError:
            wait = 0
        if wait > 0:
            try:
                task.get(timeout=wait, propagate=False)
            except TaskTimeout:
                pass
        state = task.state
        return Response({"id": task.id, "state": state, "result": task.result if state == "SUCCESS" else None})


class Media(APIView):
    parser_classes = [MultiPartParser]

    def post(self, request):
        upload = UploadSerializer(data=request.data)
        upload.is_valid(raise_exception=True)
        file = upload.validated_data["file"]
        name = default_storage.save(f"uploads/{uuid.uuid4()}{PurePosixPath(file.name).suffix.lower()}", file)
        return Response({"url": default_storage.url(name), "bytes": file.size}, status=201)
