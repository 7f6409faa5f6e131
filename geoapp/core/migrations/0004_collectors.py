"""The role of collectors: a choice more, the column stays."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_tasks_of_adjustments"),
    ]

    operations = [
        migrations.AlterField(
            model_name="membership",
            name="role",
            field=models.CharField(
                choices=[
                    ("applicant", "申请主体经办人"),
                    ("town_officer", "镇街地名工作人员"),
                    ("district_officer", "区民政地名科"),
                    ("city_officer", "市民政地名科"),
                    ("department", "征求意见部门"),
                    ("expert", "地名专家"),
                    ("approver", "批准机关"),
                    ("publisher", "公告发布"),
                    ("collector", "地址采集员"),
                    ("auditor", "审计"),
                    ("admin", "系统管理"),
                ],
                max_length=20,
                verbose_name="角色",
            ),
        ),
    ]
