"""Missing cells filled by a generator: `fill` is the way in; the other modules are its steps."""
