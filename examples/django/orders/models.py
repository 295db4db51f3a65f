from django.db import models


class Order(models.Model):
    customer = models.CharField(max_length=80)
    item = models.CharField(max_length=80)
    quantity = models.PositiveIntegerField(default=1)
    cancelled = models.BooleanField(default=False)

    @property
    def discount(self):
        """Percent off for many."""
        if self.quantity >= 100:
            return 10
        if self.quantity >= 10:
            return 5
        return 0

    def cancel(self):
        if self.cancelled:
            raise ValueError("it is cancelled already")
        self.cancelled = True
        self.save(update_fields=["cancelled"])
