"""python -m needlecare."""

from needlecare.cli import main

if __name__ == "__main__":
    main()
