"""Protocols as pure functions on bytes: what probes send, and how their answers are read.

No sockets, no time, no state. A parser raises ``ProtocolError`` for what is not its protocol and
nothing else, whatever the bytes; lengths and counts that the other side names are never trusted.
"""
