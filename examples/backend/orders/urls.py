from django.urls import path
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView

from . import views

urlpatterns = [
    path("version/", views.Version.as_view()),
    path("register/", views.Register.as_view()),
    path("token/", TokenObtainPairView.as_view()),
    path("token/refresh/", TokenRefreshView.as_view()),
    path("orders/", views.Orders.as_view()),
    path("orders/<int:pk>/", views.OrderDetail.as_view()),
    path("heartbeats/", views.Heartbeats.as_view()),
    path("media/", views.Media.as_view()),
    path("tasks/slow/", views.SlowTask.as_view()),
    path("tasks/media/", views.MediaTask.as_view()),
    path("tasks/<uuid:task_id>/", views.TaskState.as_view()),
]
