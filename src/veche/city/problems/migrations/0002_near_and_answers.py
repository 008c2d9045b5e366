"""What a city begins with: how near is the same place, and what an author can tick."""

from typing import Any

from django.db import migrations

NEAR = [
    ("", 100, 30, 30),
]
ANSWERS = [
    ("fixed-well", "result", True, "It was done well", "Сделано хорошо", "做得好"),
    ("fast", "time", True, "It was quick", "Быстро", "很快"),
    ("clear-words", "words", True, "The answer was clear", "Ответ понятный", "答复清楚"),
    ("kind-people", "people", True, "The people were kind", "Люди были вежливы", "工作人员态度好"),
    ("not-fixed", "result", False, "It was not done", "Не сделано", "没有做"),
    ("half-fixed", "result", False, "Only a part was done", "Сделано частично", "只做了一部分"),
    ("broke-again", "result", False, "It soon broke again", "Скоро снова сломалось", "很快又坏了"),
    ("slow", "time", False, "It took too long", "Слишком долго", "时间太长"),
    ("unclear-words", "words", False, "I did not understand the answer", "Ответ непонятный",
     "看不懂答复"),
    ("other-question", "words", False, "They answered something else", "Ответили не о том",
     "答非所问"),
    ("nobody-came", "people", False, "Nobody came to look", "Никто не приходил", "没有人来看"),
]  # fmt: skip


def put(apps: Any, schema_editor: Any) -> None:
    near = apps.get_model("problems", "NearRule")
    for theme, metres, back, days in NEAR:
        near.objects.get_or_create(
            theme=theme,
            defaults={"metres": metres, "came_back_metres": back, "came_back_days": days},
        )
    answer = apps.get_model("problems", "StandardAnswer")
    for position, (code, topic, good, en, ru, zh) in enumerate(ANSWERS):
        answer.objects.get_or_create(
            code=code,
            defaults={
                "topic": topic,
                "good": good,
                "names": {"en": en, "ru": ru, "zh": zh},
                "position": position,
            },
        )


class Migration(migrations.Migration):
    replaces = [("problems", "0005_near_and_answers")]
    dependencies = [("problems", "0001_start")]
    operations = [migrations.RunPython(put, migrations.RunPython.noop)]
