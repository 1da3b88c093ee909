"""gunicorn's configuration: what its command line cannot say."""


def post_request(worker, req, environ, resp):
    """Reads what the application left of a body: closed unread, the connection would be reset, and take the answer along on
    its way to the edge. No more of it than the edge lets in, and from its disk: nobody is waited for."""
    body = environ.get("wsgi.input")
    try:
        while body and body.read(1 << 16):
            pass
    except OSError:
        pass  # The edge has its answer, and closed first.
