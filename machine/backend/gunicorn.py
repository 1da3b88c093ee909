"""gunicorn's configuration that its command line cannot express."""


def post_request(worker, req, environ, resp):
    """Reads the rest of a body that the application left: if closed unread, the connection would be reset, and the answer lost on
    its way to the edge. The edge limits it, and sends it from its disk, so nobody has to wait."""
    body = environ.get("wsgi.input")
    try:
        while body and body.read(1 << 16):
            pass
    except OSError:
        pass  # The edge has its answer, and closed first.
