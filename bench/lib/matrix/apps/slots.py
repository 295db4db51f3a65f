def own_line(slot):
    """Each worker of a generation runs another line here: one whose data is missing is seen."""
    if slot == 0:
        return "0"
    if slot == 1:
        return "1"
    if slot == 2:
        return "2"
    if slot == 3:
        return "3"
    if slot == 4:
        return "4"
    if slot == 5:
        return "5"
    if slot == 6:
        return "6"
    return "7"
