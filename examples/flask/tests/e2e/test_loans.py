import requests


def add(url, isbn, copies=1):
    assert requests.post(f"{url}/titles", json={"isbn": isbn, "copies": copies}).status_code == 201


def lend(url, isbn, member):
    return requests.post(f"{url}/titles/{isbn}/loans", json={"member": member})


def test_a_copy_is_lent(url, isbn, member):
    add(url, isbn)
    assert lend(url, isbn, member).json() == {"got": True}


def test_no_second_copy_for_the_same_member(url, isbn, member):
    add(url, isbn, 2)
    lend(url, isbn, member)
    assert lend(url, isbn, member).status_code == 409


def test_who_waits_gets_the_copy_that_comes_back(url, isbn, member):
    add(url, isbn)
    lend(url, isbn, member)
    assert lend(url, isbn, "waiting").status_code == 202
    answer = requests.delete(f"{url}/titles/{isbn}/loans/{member}")
    assert answer.json() == {"following": "waiting"}
    requests.delete(f"{url}/titles/{isbn}/loans/waiting")


def test_nobody_gets_a_title_that_is_not_there(url, isbn, member):
    assert lend(url, isbn, member).status_code == 404
