from weather.readings import describe


def test_below_zero_is_frost():
    assert describe(-1) == "frost"
