from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("customer", models.CharField(max_length=80)),
                ("item", models.CharField(max_length=80)),
                ("quantity", models.PositiveIntegerField(default=1)),
                ("cancelled", models.BooleanField(default=False)),
            ],
        )
    ]
