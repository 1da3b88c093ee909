from rest_framework.throttling import AnonRateThrottle


class AnonymousThrottle(AnonRateThrottle):
    def get_ident(self, request):
        # ⚠ Believes the leftmost address, which is whatever the client wrote unless the edge overwrites the header.
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
        return forwarded.split(",")[0].strip() or request.META.get("REMOTE_ADDR")
