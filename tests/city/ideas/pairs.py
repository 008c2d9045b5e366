"""Twenty ideas, each in Russian, English and Chinese."""

PAIRS = [
    (
        "Отремонтировать детскую площадку во дворе",
        "Repair the playground in the yard",
        "修缮院子里的儿童游乐场",
    ),
    ("Посадить деревья вдоль улицы", "Plant trees along the street", "沿街种植树木"),
    (
        "Сделать велодорожку до вокзала",
        "Build a bicycle lane to the railway station",
        "修建通往火车站的自行车道",
    ),
    ("Продлить часы работы библиотеки", "Keep the library open for longer", "延长图书馆开放时间"),
    ("Поставить скамейки на остановках", "Put benches at bus stops", "在公交站设置长椅"),
    ("Бесплатный интернет в парках", "Free internet access in parks", "公园提供免费无线网络"),
    (
        "Раздельный сбор мусора в каждом дворе",
        "Separate waste collection in every yard",
        "每个院落实行垃圾分类",
    ),
    ("Больше мест в детских садах", "More places in kindergartens", "增加幼儿园名额"),
    ("Освещение в подземном переходе", "Lighting in the underground passage", "地下通道安装照明"),
    (
        "Пандус у входа в поликлинику",
        "A ramp at the entrance of the clinic",
        "诊所入口修建无障碍坡道",
    ),
    ("Запретить фейерверки ночью", "Ban fireworks at night", "禁止夜间燃放烟花"),
    ("Площадка для выгула собак", "A place to walk dogs", "设立遛狗场地"),
    ("Снизить скорость машин у школы", "Slow down cars near the school", "降低学校附近的车速"),
    (
        "Курсы компьютера для пожилых людей",
        "Computer courses for elderly people",
        "为老年人开设电脑课程",
    ),
    ("Очистить берег реки", "Clean the bank of the river", "清理河岸"),
    ("Открыть рынок местных фермеров", "Open a market of local farmers", "开设本地农产品市场"),
    ("Поставить питьевые фонтанчики", "Install drinking fountains", "安装饮水机"),
    ("Отремонтировать крышу театра", "Repair the roof of the theatre", "维修剧院屋顶"),
    ("Ночные автобусы по выходным", "Night buses at weekends", "周末开通夜班公交"),
    ("Запись к врачу через интернет", "Book a doctor's appointment online", "网上预约看病"),
]
