import requests


def test_a_blocked_member_may_not_borrow(url, isbn, member):
    requests.post(f"{url}/titles", json={"isbn": isbn, "copies": 1})
    assert requests.post(f"{url}/members/{member}/block").status_code == 204
    answer = requests.post(f"{url}/titles/{isbn}/loans", json={"member": member})
    assert answer.json()["error"] == f"{member} may not borrow"
