"""How a proof says what it has found."""

# How many violations of one promise are shown.
SHOWN = 5


def print_promises(promises):
    """A line for each (promise, violations); says whether all are kept."""
    for promise, violations in promises:
        print(f"  {'BROKEN' if violations else 'kept  '}  {promise}"
              + (f": {len(violations)} times" if violations else ""))
        for violation in violations[:SHOWN]:
            print(f"            {violation}")
    return not any(violations for _, violations in promises)
