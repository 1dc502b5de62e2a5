"""The lab's protocol servers, one family a file: true as far as a polite scanner asks.

Each is a frozen dataclass that says what a device answers on one port; each survives whatever it
is sent and keeps count of its connections. To add a protocol, add a file here and name it in
``clinic.py``.
"""
