"""What needs a raw socket, and nothing else: ARP, ICMP, half-open TCP, nmap's UDP.

It runs in a small process of its own, so that whatever parses, judges, stores and renders can do
without privileges. ``contract`` says what passes between the two, ``jobs`` what can be asked for,
``session`` what every job is held to. It imports nothing that it does not need to send and hear.
"""
