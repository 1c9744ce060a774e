"""Bodies that are too long, whether they say so or not."""

import json
from io import BytesIO

from .making import ADDRESS, call, client, refused

MEGABYTE = 1024 * 1024


def test_a_chunked_body_beyond_the_limit_is_refused_and_not_read_as_far_as_the_limit():
    # The call is whole within the limit; what follows it is blank, so that its beginning alone would be valid JSON.
    body = json.dumps(call()).encode().ljust(2 * MEGABYTE)
    chunked = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    answer = client(max_body_mb=1).post(
        ADDRESS, input_stream=BytesIO(body), content_type="application/json", environ_overrides=chunked
    )
    assert "CDS_MAX_BODY_MB" in refused(answer, 413)


def test_a_chunked_body_within_the_limit_is_answered():
    chunked = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    stream = BytesIO(json.dumps(call()).encode())
    answer = client(max_body_mb=1).post(
        ADDRESS, input_stream=stream, content_type="application/json", environ_overrides=chunked
    )
    assert answer.status_code == 200


def test_a_body_that_is_shorter_than_it_says_is_refused():
    body = json.dumps(call()).encode()
    shorter = {"wsgi.input_terminated": True, "CONTENT_LENGTH": str(len(body) + 1)}
    answer = client().post(
        ADDRESS, input_stream=BytesIO(body), content_type="application/json", environ_overrides=shorter
    )
    assert "Content-Length" in refused(answer, 400)
