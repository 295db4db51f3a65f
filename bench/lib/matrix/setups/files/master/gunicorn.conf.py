from shop.settings import TIMEOUT

timeout = TIMEOUT
