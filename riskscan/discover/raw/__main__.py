"""``python -m riskscan.discover.raw``: the process that holds the raw sockets."""

from riskscan.discover.raw.process import main

if __name__ == "__main__":
    main()
