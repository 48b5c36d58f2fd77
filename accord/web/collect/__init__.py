"""Where visitors' events arrive: a small server of its own, without Django.

It speaks the Segment HTTP API, so that public clients work unchanged. A request is answered
202 once it is a row in the database; a worker takes it apart afterwards.
"""
