def test_money_moves(transfer):
    assert transfer(30).json() == {"a": 70, "b": 30}


def test_no_money_no_transfer(transfer):
    assert transfer(101).json() == {"error": "a does not have 101"}


def test_nothing_is_no_amount(transfer):
    assert transfer(0).status_code == 400
