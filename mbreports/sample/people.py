"""Invented people: names in the scripts an international school has on its lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Person:
    """The name of one invented person, and what some schools keep beside it."""

    first_name: str
    last_name: str
    gender: str
    nationality: str
    language: str
    middle_name: str = ""
    nickname: str = ""


@dataclass(frozen=True)
class NamePool:
    """Names of one language; `given` is (feminine names, masculine names)."""

    nationality: str
    language: str
    families: tuple[str, ...]
    given: tuple[tuple[str, ...], tuple[str, ...]]


POOLS = (
    NamePool(
        "GB",
        "ENG",
        ("Williams", "Okafor", "Mac Gregor", "Fairweather", "Ashworth", "Pemberton", "Lindqvist", "Oduya"),
        (("Amelia", "Grace", "Temi", "Isla", "Rosalind", "Maeve"), ("Kevin", "Oliver", "Ezra", "Callum", "Jude")),
    ),
    NamePool(
        "FR",
        "FRA",
        ("Lefèvre", "Béranger", "Côté", "d’Aubigné", "Noël", "Garçon"),
        (("Chloé", "Zoé", "Hélène", "Anaïs"), ("François", "Loïc", "Jérôme", "Théo")),
    ),
    NamePool(
        "PL",
        "POL",
        ("Wiśniewska", "Łukasik", "Dąbrowski", "Żurek", "Krzyżanowski"),
        (("Małgorzata", "Zofia", "Łucja"), ("Paweł", "Michał", "Stanisław")),
    ),
    NamePool(
        "VN",
        "VIE",
        ("Nguyễn", "Trần", "Phạm", "Đặng", "Huỳnh"),
        (("Thị Hồng Nhung", "Bích Ngọc", "Quỳnh Anh"), ("Đức Anh", "Quốc Bảo", "Minh Khôi")),
    ),
    NamePool(
        "CN",
        "ZHO",
        ("王", "李", "欧阳", "陈", "赵"),
        (("思涵", "梦琪", "雨桐", "诗雅"), ("浩然", "子轩", "宇航", "伟")),
    ),
    NamePool(
        "EG",
        "ARA",
        ("الحسيني", "عبد الرحمن", "المصري", "الفارسي"),
        (("فاطمة", "ليلى", "نور"), ("محمد", "يوسف", "عمر")),
    ),
    NamePool(
        "TH",
        "THA",
        ("ศรีสุวรรณ", "เจริญผล", "วงศ์ไทย"),
        (("สุภาพร", "กนกวรรณ", "ณัฐชา"), ("ธนกร", "พีรพัฒน์", "ชัยวัฒน์")),
    ),
    NamePool(
        "KR",
        "KOR",
        ("김", "이", "박", "최"),
        (("서연", "지우", "하은"), ("민준", "도윤", "서준")),
    ),
    NamePool(
        "UA",
        "UKR",
        ("Шевченко", "Коваленко", "Бондаренко", "Гриценко"),
        (("Оксана", "Софія", "Дарина"), ("Андрій", "Дмитро", "Тарас")),
    ),
    NamePool(
        "IE",
        "ENG",
        ("O’Brien-Fitzgerald", "O'Connor", "Ní Dhomhnaill", "Saint-Clair", "Smith-Jones"),
        (("Siobhán", "Niamh", "Mary-Kate"), ("Seán", "Pádraig", "Jean-Luc")),
    ),
    NamePool(
        "ES",
        "SPA",
        ("Núñez de la Torre", "García Márquez", "Ibáñez", "Peña"),
        (("María José", "Begoña", "Inés"), ("José Ángel", "Iñaki", "Ramón")),
    ),
    NamePool(
        "IN",
        "HIN",
        ("Iyer", "Chatterjee", "Venkataraman", "Singh"),
        (("Ananya", "Lakshmi", "Meera"), ("Arjun", "Rohan", "Vikram")),
    ),
)

LONG_NAME = Person(
    "Maximiliana Philippa Alexandra Wilhelmine",
    "von Hohenstein-Schwarzenberg und zu Lichtenfels-Montenegro",
    "Female",
    "DE",
    "DEU",
    middle_name="Antonia Theodora Konstanze",
    nickname="Maxi",
)


def draw_people(rng: np.random.Generator, count: int) -> list[Person]:
    """Draw `count` people; where there are at least eight, the eighth has a very long name."""
    picks = rng.random((count, 5)).tolist()
    people = [_person(pick) for pick in picks]
    if len(people) > LONG_NAME_PLACE:
        people[LONG_NAME_PLACE] = LONG_NAME
    return people


LONG_NAME_PLACE = 7
MIDDLE_NAME_FROM = 0.85
NICKNAME_FROM = 0.93


def _person(pick: list[float]) -> Person:
    """Make one person of five uniform numbers."""
    pool = POOLS[int(pick[0] * len(POOLS))]
    gender = int(pick[1] * 2)
    given = pool.given[gender]
    first = given[int(pick[2] * len(given))]
    family = pool.families[int(pick[3] * len(pool.families))]
    middle = given[-1] if pick[4] > MIDDLE_NAME_FROM and given[-1] != first else ""
    nickname = first.split()[0][:3] if pick[4] > NICKNAME_FROM else ""
    return Person(first, family, ("Female", "Male")[gender], pool.nationality, pool.language, middle, nickname)
