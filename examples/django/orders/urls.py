from django.urls import path

from orders import views

urlpatterns = [
    path("", views.orders),
    path("<int:number>/", views.order),
    path("<int:number>/cancel/", views.cancel),
]
