import os
import sys

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Makes sure that a user exists with this password, read from RINGO_USER_PASSWORD or the first line of stdin."

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument("--superuser", action="store_true", help="may use /admin/ without limits")

    def handle(self, username, superuser, **options):
        password = os.environ.get("RINGO_USER_PASSWORD") or sys.stdin.readline().rstrip("\n")
        if not password:
            raise CommandError("no password: set RINGO_USER_PASSWORD or write it to stdin")
        user, created = get_user_model().objects.get_or_create(username=username)
        user.is_staff = user.is_superuser = superuser
        user.set_password(password)
        user.save()
        self.stdout.write(f"{username} {'created' if created else 'updated'}")
