from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from rest_framework import serializers

from .models import Heartbeat, Order


class OrderSerializer(serializers.ModelSerializer):
    class Meta:
        model = Order
        fields = ["id", "title", "amount", "email", "phone", "status", "processed_by", "created_at", "processed_at"]
        read_only_fields = ["status", "processed_by", "created_at", "processed_at"]


class HeartbeatSerializer(serializers.ModelSerializer):
    class Meta:
        model = Heartbeat
        fields = ["id", "at", "worker"]


class RegistrationSerializer(serializers.ModelSerializer):
    password = serializers.CharField(write_only=True, validators=[validate_password])

    class Meta:
        model = get_user_model()
        fields = ["id", "username", "password"]

    def create(self, validated_data):
        return get_user_model().objects.create_user(**validated_data)


class SlowTaskSerializer(serializers.Serializer):
    seconds = serializers.FloatField(min_value=0, max_value=600)
    queue = serializers.ChoiceField(["default", "finance", "notifications", "orders"], default="default")


class MediaTaskSerializer(serializers.Serializer):
    text = serializers.CharField(max_length=100_000, trim_whitespace=False)


class UploadSerializer(serializers.Serializer):
    file = serializers.FileField()

    def validate_file(self, file):
        if file.size > settings.MAX_UPLOAD_BYTES:
            raise serializers.ValidationError(f"larger than {settings.MAX_UPLOAD_BYTES} bytes")
        return file
