"""The first list of reasons: code, uses, words and sentence for the author in three languages."""

from __future__ import annotations

Row = tuple[str, str, tuple[str, str, str], tuple[str, str, str]]

REASONS: tuple[Row, ...] = (
    (
        "not-city",
        "reject",
        ("this is not a matter of the city", "за это отвечает не город", "不属于城市管理事项"),
        (
            "Turn to whoever it belongs to: the moderator says to whom below.",
            "Обратитесь к тому, кто за это отвечает: модератор пишет ниже, к кому.",
            "请向负责方反映：应找谁，审核员在下面说明。",
        ),
    ),
    (
        "insult",
        "reject hide",
        ("the words insult somebody", "в тексте есть оскорбления", "用语侮辱他人"),
        (
            "Say what is wrong without insulting anybody, and it will be published.",
            "Напишите, что не так, никого не оскорбляя, и это опубликуют.",
            "请不带侮辱地说明问题，即可发布。",
        ),
    ),
    (
        "advertising",
        "reject hide spam",
        ("this is advertising", "это реклама", "这是广告"),
        (
            "Goods and services are not offered here.",
            "Товары и услуги здесь не предлагают.",
            "此处不发布商品和服务广告。",
        ),
    ),
    (
        "duplicate",
        "reject",
        ("it was reported already", "об этом уже сообщили", "已有人上报过"),
        (
            "Follow the earlier matter: you are told of its answer.",
            "Следите за прежним делом: об ответе вам сообщат.",
            "请关注先前的事项，其答复会通知您。",
        ),
    ),
    (
        "unclear",
        "reject",
        (
            "it is not clear what is wrong or where",
            "неясно, что не так или где",
            "问题或地点不清楚",
        ),
        (
            "Write what is wrong and show the place on the map, then send it again.",
            "Напишите, что не так, покажите место на карте и отправьте снова.",
            "请写明问题、在地图上标出地点后重新提交。",
        ),
    ),
    (
        "personal-data",
        "reject hide redact",
        (
            "it names or shows private persons",
            "названы или видны частные лица",
            "涉及个人姓名或影像",
        ),
        (
            "Leave out names, telephones and faces, and it will be published.",
            "Уберите имена, телефоны и лица, и это опубликуют.",
            "请去掉姓名、电话和人脸，即可发布。",
        ),
    ),
    (
        "threat",
        "reject hide spam",
        (
            "it threatens somebody or calls for harm",
            "в нём угроза или призыв навредить",
            "含有威胁或煽动伤害的内容",
        ),
        (
            "Threats are not published; the moderator may tell the police.",
            "Угрозы не публикуют; модератор может сообщить в полицию.",
            "威胁内容不予发布，审核员可能报警。",
        ),
    ),
    (
        "spam",
        "reject hide spam",
        (
            "the same thing was sent many times",
            "одно и то же прислано много раз",
            "同样的内容多次发送",
        ),
        (
            "One report is enough: it is answered by its term.",
            "Достаточно одного сообщения: на него ответят в срок.",
            "上报一次即可，会按期限答复。",
        ),
    ),
    (
        "law",
        "hide redact",
        ("a law or a court asks for it", "этого требует закон или суд", "法律或法院要求"),
        (
            "The order is named below; you can object to it where it was made.",
            "Решение названо ниже; возразить можно тому, кто его принял.",
            "有关决定见下，可向作出机关提出异议。",
        ),
    ),
    (
        "author-asks",
        "hide redact",
        ("its author asked for it", "об этом попросил автор", "提交人要求"),
        ("You asked for it yourself.", "Вы сами об этом попросили.", "这是您自己要求的。"),
    ),
    (
        "child",
        "reject hide redact",
        ("a child is shown or named", "показан или назван ребёнок", "显示或提到儿童"),
        (
            "Leave the child out, and it will be published.",
            "Уберите ребёнка, и это опубликуют.",
            "请去掉儿童信息，即可发布。",
        ),
    ),
)
