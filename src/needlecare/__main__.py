"""The entry point of the program: `needlecare`, or `python -m needlecare`.

Where nothing can be done at all (no standard output, a damaged installation), it still says why, in one line.
"""

import gc
import os
import sys

from needlecare import interruption


def main() -> None:
    """Run the command line of this process, and exit with its code."""
    # Every file that it makes is about a patient: only its owner may read it.
    os.umask(os.umask(0o077) | 0o077)
    gc.disable()  # most commands end before there is anything to collect; batch enables it again
    interruption.listen()
    if sys.stderr is None:  # closed by the caller; print would write to standard output instead
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115  as long as the process
    if sys.stdout is None:
        print("needlecare: standard output is closed; nothing was done", file=sys.stderr)
        sys.exit(5)
    try:
        from needlecare.cli.app import run

        code = run(sys.argv[1:])
    except (KeyboardInterrupt, RuntimeError) as error:
        if isinstance(error, RuntimeError) and not isinstance(error.__cause__, KeyboardInterrupt):
            raise  # Python before 3.12 wraps an interruption that comes in a __set_name__
        print("needlecare: interrupted", file=sys.stderr)
        code = 130
    except EOFError as error:  # Python stored compiled code when the disk was full
        print(
            f"needlecare: this installation is damaged ({error}); install needlecare again", file=sys.stderr
        )
        code = 2
    gc.freeze()  # Python would look through all objects once more on its way out: a tenth of a command's time
    sys.exit(code)


if __name__ == "__main__":
    main()
