from django.http import JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from orders.forms import OrderForm
from orders.models import Order


def orders(request):
    if request.method == "POST":
        form = OrderForm(request.POST)
        if not form.is_valid():
            return JsonResponse(form.errors, status=400)
        return JsonResponse({"number": form.save().pk}, status=201)
    return render(request, "orders/list.html", {"orders": Order.objects.order_by("pk")})


@require_GET
def order(request, number):
    return render(request, "orders/order.html", {"order": get_object_or_404(Order, pk=number)})


@require_POST
def cancel(request, number):
    found = get_object_or_404(Order, pk=number)
    try:
        found.cancel()
    except ValueError as error:
        return JsonResponse({"error": str(error)}, status=409)
    return JsonResponse({"cancelled": True})
