"""The text that reads dates, as `multilayer.tables.texts` does: 2024-01-31, 2024/1/31 and 31.1.2024, with or without a
time. A date is what transforms take of it: its days, the year and the month as numbers, nan where it is missing; its
day of the year, weekday and minute from 0, -1 where it is missing."""

from __future__ import annotations

__all__ = ["JAVASCRIPT", "PYTHON", "C"]

C = """\
/* A date: days since 1970-01-01, microseconds of the day, year and month, nan where it is missing; the day of the year,
 * the weekday from Monday and the minute of the day from 0, -1 where it is missing */
typedef struct {
    double days, microseconds, year, month;
    int day_of_year, weekday, minute;
} Date;

static int digits(const char **text, int least, int most) {
    int count = 0, value = 0;
    while (count < most && **text >= '0' && **text <= '9') {
        value = value * 10 + (*(*text)++ - '0');
        count++;
    }
    return count < least ? -1 : value;
}

static int days_of(int year, int month, int day) {
    const int y = year + 400 - (month <= 2), m = month > 2 ? month - 3 : month + 9;
    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468 - 146097;
}

/* Whether a text is a date as 2024-01-31, 2024/1/31 or 31.1.2024, perhaps with a time as 10:30 or 10:30:59.25 */
static int date_of(Word word, Date *date) {
    static const int lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    char copy[40];
    const char *p = copy;
    int year, month, day, hour = 0, minute = 0, second = 0, fraction = 0, iso = 0;
    if (word.length >= sizeof copy) return 0;
    memcpy(copy, word.start, word.length);
    copy[word.length] = 0;
    if (strspn(copy, "0123456789") == 4) {
        year = digits(&p, 4, 4);
        iso = *p == '-';
        if (*p++ != (iso ? '-' : '/')) return 0;
        month = digits(&p, 1 + iso, 2);
        if (*p++ != (iso ? '-' : '/')) return 0;
        day = digits(&p, 1 + iso, 2);
    } else {
        day = digits(&p, 1, 2);
        if (*p++ != '.') return 0;
        month = digits(&p, 1, 2);
        if (*p++ != '.') return 0;
        year = digits(&p, 4, 4);
    }
    if (*p == 'T' || *p == ' ') {
        p++;
        hour = digits(&p, 2, 2);
        if (*p++ != ':') return 0;
        minute = digits(&p, 2, 2);
        if (*p == ':') {
            p++;
            second = digits(&p, 2, 2);
            if (*p == '.') {
                const char *start = ++p;
                fraction = digits(&p, 1, 6);
                for (int n = (int)(p - start); n < 6; n++) fraction *= 10;
            }
        }
    }
    if (iso && *p == 'Z') p++;
    if (*p || year < 0 || month < 1 || month > 12 || day < 1 || fraction < 0) return 0;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return 0;
    if (day > lengths[month - 1] + (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))) return 0;
    const int days = days_of(year, month, day);
    date->days = days;
    date->microseconds = ((hour * 60 + minute) * 60 + second) * 1e6 + fraction;
    date->year = year;
    date->month = month;
    date->day_of_year = days - days_of(year, 1, 1);
    date->weekday = (days + 3 + 7 * 103000) % 7;
    date->minute = hour * 60 + minute;
    return 1;
}
"""

PYTHON = '''\


class Date(NamedTuple):
    """Days since 1970-01-01, microseconds of the day, year and month, nan where it is missing; the day of the year, the
    weekday from Monday and the minute of the day from 0, -1 where it is missing.
    """

    days: float = math.nan
    microseconds: float = math.nan
    year: float = math.nan
    month: float = math.nan
    day_of_year: int = -1
    weekday: int = -1
    minute: int = -1


TIME = r"(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\\.([0-9]{1,6}))?)?)?"
FORMATS = (
    (re.compile("([0-9]{4})-([0-9]{2})-([0-9]{2})" + TIME + "Z?"), (1, 2, 3)),
    (re.compile("([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})" + TIME), (1, 2, 3)),
    (re.compile(r"([0-9]{1,2})\\.([0-9]{1,2})\\.([0-9]{4})" + TIME), (3, 2, 1)),
)


def days_of(year: int, month: int, day: int) -> int:
    y, m = year + 400 - (month <= 2), month - 3 if month > 2 else month + 9
    return 365 * y + y // 4 - y // 100 + y // 400 + (153 * m + 2) // 5 + day - 1 - 719468 - 146097


def date_of(name: str, cell) -> Date:
    """Return a date, of a text as 2024-01-31, 2024/1/31 or 31.1.2024 with or without a time, or of datetime."""
    if cell is None or cell != cell:
        return Date()
    text = str(cell).strip()
    if text.casefold() in GAPS:
        return Date()
    match, order = next(((match, order) for form, order in FORMATS if (match := form.fullmatch(text))), (None, ()))
    if match is not None:
        year, month, day = (int(match[part]) for part in order)
        hour, minute, second = (int(match[part] or 0) for part in (4, 5, 6))
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        lengths = (31, 28 + leap, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
        if 1 <= month <= 12 and 1 <= day <= lengths[month - 1] and hour < 24 and minute < 60 and second < 60:
            days = days_of(year, month, day)
            microseconds = (hour * 3600 + minute * 60 + second) * 1e6 + int((match[7] or "").ljust(6, "0"))
            since = days - days_of(year, 1, 1)
            return Date(days, microseconds, year, month, since, (days + 3) % 7, hour * 60 + minute)
    raise ValueError(f"column {name}: {cell!r} is not a date as 2024-01-31")
'''

JAVASCRIPT = """\

const time = "(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.]([0-9]{1,6}))?)?)?";
const date_formats = [
    [new RegExp(`^([0-9]{4})-([0-9]{2})-([0-9]{2})${time}Z?$`), [1, 2, 3]],
    [new RegExp(`^([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})${time}$`), [1, 2, 3]],
    [new RegExp(`^([0-9]{1,2})[.]([0-9]{1,2})[.]([0-9]{4})${time}$`), [3, 2, 1]],
];
const no_date = { days: NaN, microseconds: NaN, year: NaN, month: NaN, day_of_year: -1, weekday: -1, minute: -1 };

function days_of(year, month, day) {
    const y = year + 400 - (month <= 2 ? 1 : 0), m = month > 2 ? month - 3 : month + 9;
    const leaps = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
    return 365 * y + leaps + Math.floor((153 * m + 2) / 5) + day - 1 - 719468 - 146097;
}

// Days since 1970-01-01, microseconds of the day, year and month, NaN where it is missing; the day of the year, the
// weekday from Monday and the minute of the day from 0, -1 where it is missing. Null for a text that is no date
function read_date(cell) {
    if (is_gap(cell)) return no_date;
    const text = (cell instanceof Date ? cell.toISOString() : String(cell)).trim();
    const form = date_formats.find(([pattern]) => pattern.test(text));
    if (form === undefined) return null;
    const match = text.match(form[0]);
    const [year, month, day] = form[1].map((part) => Number(match[part]));
    const [hour, minute, second] = [4, 5, 6].map((part) => Number(match[part] ?? 0));
    const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
    const lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    if (!(month >= 1 && month <= 12 && day >= 1 && day <= lengths[month - 1])) return null;
    if (hour > 23 || minute > 59 || second > 59) return null;
    const days = days_of(year, month, day);
    const microseconds = (hour * 3600 + minute * 60 + second) * 1e6 + Number((match[7] ?? "").padEnd(6, "0"));
    const day_of_year = days - days_of(year, 1, 1), weekday = (days + 3 + 7 * 103000) % 7;
    return { days, microseconds, year, month, day_of_year, weekday, minute: hour * 60 + minute };
}

function date_of(name, cell) {
    const date = read_date(cell);
    if (date === null) throw new RangeError(`column ${name}: ${JSON.stringify(cell)} is not a date as 2024-01-31`);
    return date;
}
"""
