def run(size):
    return "late" if size else "later"
