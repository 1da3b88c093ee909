from django.contrib import admin

from .models import Heartbeat, Order


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    list_display = ["id", "title", "amount", "status", "created_at"]
    list_filter = ["status"]


@admin.register(Heartbeat)
class HeartbeatAdmin(admin.ModelAdmin):
    list_display = ["id", "at", "worker"]
