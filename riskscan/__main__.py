"""``python -m riskscan``: the same as the ``riskscan`` command."""

from riskscan.cli import main

if __name__ == "__main__":
    main()
