def test_an_order_is_shown(shop):
    number = shop.order(quantity=3).json()["number"]
    assert "3 × tea for Ada" in shop.get(f"/orders/{number}/").text


def test_many_are_cheaper(shop):
    number = shop.order(quantity=12).json()["number"]
    assert "5 % off" in shop.get(f"/orders/{number}/").text


def test_none_is_no_order(shop):
    answer = shop.order(quantity=0)
    assert (answer.status_code, answer.json()) == (400, {"quantity": ["Order at least one."]})


def test_an_order_is_cancelled_once(shop):
    number = shop.order().json()["number"]
    assert shop.post(f"/orders/{number}/cancel/").json() == {"cancelled": True}
    assert shop.post(f"/orders/{number}/cancel/").status_code == 409


def test_all_orders_are_listed(shop):
    shop.order(item="coffee")
    assert "coffee" in shop.get("/orders/").text
