from django.contrib import admin
from django.urls import include, path

from .health import health
from .metrics import metrics

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/health/", health),
    path("metrics", metrics),
    path("api/v1/", include("orders.urls")),
]
