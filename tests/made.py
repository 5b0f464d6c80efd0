"""Invented values: personal ones of each kind, what only looks like them, and numbers that mean nothing."""

import random
import string
from collections.abc import Callable

LETTERS = string.ascii_letters + string.digits


def text(chance: random.Random, length: int, characters: str = LETTERS) -> str:
    return "".join(chance.choice(characters) for _ in range(length))


def digits(chance: random.Random, length: int) -> str:
    return text(chance, length, string.digits)


def luhn(number: str) -> str:
    doubled = (sum(divmod(2 * int(c), 10)) if i % 2 == 0 else int(c) for i, c in enumerate(reversed(number)))
    return number + str(-sum(doubled) % 10)


def cpf(chance: random.Random) -> str:
    number = [chance.randint(0, 9) for _ in range(9)]
    for _ in range(2):
        rest = sum((len(number) + 1 - i) * digit for i, digit in enumerate(number)) % 11
        number.append(0 if rest < 2 else 11 - rest)
    return "".join(map(str, number))


def iban(chance: random.Random) -> str:
    account = digits(chance, 18)
    return f"DE{98 - int(account + '131400') % 97:02d}{account}"


def dni(chance: random.Random) -> str:
    number = chance.randint(10**7, 10**8 - 1)
    return f"{number}{'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23]}"


def bsn(chance: random.Random) -> str:
    while True:
        number = digits(chance, 8)
        check = sum((9 - i) * int(digit) for i, digit in enumerate(number)) % 11
        if check < 10:
            return f"{number}{check}"


def pesel(chance: random.Random) -> str:
    born = f"{chance.randint(40, 99)}{chance.randint(1, 12):02d}{chance.randint(1, 28):02d}{digits(chance, 4)}"
    return born + str(-sum((1, 3, 7, 9)[i % 4] * int(digit) for i, digit in enumerate(born)) % 10)


def address(chance: random.Random) -> str:
    return f"{text(chance, 6).lower()}@{text(chance, 7).lower()}.{chance.choice(['com', 'org', 'de'])}"


def dirty_address(chance: random.Random) -> str:
    forms = [" {} ", "mailto:{}", "<{}>", "Ada B <{}>", "{};", "{}"]
    return chance.choice(forms).format(chance.choice([str.upper, str.lower])(address(chance)))


def masked(chance: random.Random) -> str:
    forms = ["****{}", "4111 11** **** {}", "XXXX-XXXX-XXXX-{}", "411111******{}", "**** **** **** {}"]
    return chance.choice(forms).format(digits(chance, 4))


Make = Callable[[random.Random], str]
# The kind that values are of, how they are made, and the label.
MADE: dict[str, tuple[str, str, Make]] = {
    "e-mail": ("e-mail address", "PII", address),
    "dirty e-mail": ("e-mail address", "PII", dirty_address),
    "e-mail in a text": ("e-mail address", "PII", lambda c: f"please ask {address(c)}, or call"),
    "Visa": ("payment card number", "SENSITIVE", lambda c: luhn("4" + digits(c, 14))),
    "Mastercard": ("payment card number", "SENSITIVE", lambda c: luhn("5" + c.choice("12345") + digits(c, 13))),
    "American Express": ("payment card number", "SENSITIVE", lambda c: luhn("37" + digits(c, 12))),
    "masked card": ("masked card number", "SENSITIVE", masked),
    "IBAN": ("IBAN", "SENSITIVE", iban),
    "CPF": ("Brazilian CPF", "PII", cpf),
    "DNI": ("Spanish DNI", "PII", dni),
    "SSN": (
        "US social security number, with hyphens",
        "PII",
        lambda c: f"{c.randint(100, 665)}-{c.randint(10, 99)}-{c.randint(1000, 9999)}",
    ),
    "IMEI": ("IMEI", "PII", lambda c: luhn(c.choice(["35", "86", "01"]) + digits(c, 12))),
    "IPv4": (
        "IP address",
        "PII",
        lambda c: f"{c.randint(100, 223)}." + ".".join(str(c.randint(0, 255)) for _ in "abc"),
    ),
    "IPv6": ("IP address", "PII", lambda c: ":".join(f"{c.getrandbits(16):x}" for _ in range(8))),
    "MAC": ("MAC address", "PII", lambda c: ":".join(f"{c.getrandbits(8):02x}" for _ in range(6))),
    "MAC of Cisco": ("MAC address", "PII", lambda c: ".".join(f"{c.getrandbits(16):04x}" for _ in range(3))),
    "phone with +": ("phone number, international", "PII", lambda c: "+49 30 " + digits(c, 7)),
    "phone with ()": (
        "phone number, area code in brackets",
        "PII",
        lambda c: f"({c.randint(200, 989)}) {c.randint(200, 999)}-{digits(c, 4)}",
    ),
    "phone in three groups": (
        "phone number, three groups",
        "PII",
        lambda c: f"{c.choice(['212', '415', '303'])}-{c.randint(200, 999)}-{digits(c, 4)}",
    ),
    "phone of Germany": (
        "phone number, national",
        "PII",
        lambda c: f"0{c.choice(['30', '40', '89', '221'])} {c.randint(2000000, 9999999)}",
    ),
    "BSN": ("Dutch BSN", "PII", bsn),
    "PESEL": ("Polish PESEL", "PII", pesel),
    "bcrypt": ("password hash", "SENSITIVE", lambda c: "$2b$12$" + text(c, 53)),
    "argon2": ("password hash", "SENSITIVE", lambda c: f"$argon2id$v=19$m=65536,t=3,p=4${text(c, 22)}${text(c, 43)}"),
    "scrypt": (
        "password hash",
        "SENSITIVE",
        lambda c: f"scrypt:32768:8:1${text(c, 16)}${text(c, 128, '0123456789ab')}",
    ),
    "scrypt of passlib": ("password hash", "SENSITIVE", lambda c: f"$scrypt$ln=16,r=8,p=1${text(c, 22)}${text(c, 43)}"),
    "PBKDF2": ("password hash", "SENSITIVE", lambda c: f"pbkdf2_sha256$600000${text(c, 22)}${text(c, 43)}="),
    "PBKDF2 of Werkzeug": (
        "password hash",
        "SENSITIVE",
        lambda c: f"pbkdf2:sha256:260000${text(c, 16)}${text(c, 64, '0123456789abcdef')}",
    ),
    "sha-crypt": ("password hash", "SENSITIVE", lambda c: f"$6${text(c, 16)}${text(c, 86)}"),
    "md5-crypt": ("password hash", "SENSITIVE", lambda c: f"$1${text(c, 8)}${text(c, 22)}"),
    "phpass": ("password hash", "SENSITIVE", lambda c: "$P$B" + text(c, 30)),
    "LDAP": ("password hash", "SENSITIVE", lambda c: c.choice(["{SSHA}", "{SSHA512}", "{SHA}"]) + text(c, 32)),
    "JWT": ("key or token", "SENSITIVE", lambda c: f"eyJ{text(c, 33)}.eyJ{text(c, 70)}.{text(c, 43)}"),
    "a JWT that is cut": ("key or token", "SENSITIVE", lambda c: f"eyJ{text(c, 33)}.eyJ{text(c, 300)}"[:200]),
    "PEM": ("key or token", "SENSITIVE", lambda c: f"-----BEGIN RSA PRIVATE KEY-----\nMIIE{text(c, 100)}"),
    "PEM of PKCS 8": ("key or token", "SENSITIVE", lambda c: f"-----BEGIN PRIVATE KEY-----\nMIIE{text(c, 100)}"),
    "key of AWS": ("key or token", "SENSITIVE", lambda c: "AKIA" + text(c, 16, string.ascii_uppercase)),
    "token of GitHub": ("key or token", "SENSITIVE", lambda c: "ghp_" + text(c, 36)),
    "key of Stripe": ("key or token", "SENSITIVE", lambda c: "sk_" + "live_" + text(c, 24)),
    "token of Slack": ("key or token", "SENSITIVE", lambda c: f"xoxb-{digits(c, 12)}-{text(c, 24)}"),
    "URL with a password": ("credential", "SENSITIVE", lambda c: f"postgresql://app:{text(c, 12)}@db.example.com/shop"),
}


def column(make: Make, seed: str, rows: int, dirt: float = 0.0) -> list[str]:
    """Make values, of which a share is something else, or was cut."""
    chance = random.Random(seed)
    values = []
    for _ in range(rows):
        value = make(chance)
        if chance.random() < dirt:
            value = chance.choice(["n/a", "unknown", "-", "see notes", value[: len(value) // 2]]) + text(chance, 3)
        values.append(value)
    return values


def isbn_of_ten(chance: random.Random) -> str:
    number = [chance.randint(0, 9) for _ in range(9)]
    check = -sum((10 - i) * digit for i, digit in enumerate(number)) % 11
    return "".join(map(str, number)) + ("X" if check == 10 else str(check))


def ean(chance: random.Random, start: str) -> str:
    number = start + digits(chance, 12 - len(start))
    return number + str(-sum(int(digit) * (3 if i % 2 else 1) for i, digit in enumerate(number)) % 10)


LOOK_ALIKES: dict[str, Make] = {
    "seconds since 1970": lambda c: str(c.randint(1_500_000_000, 1_760_000_000)),
    "milliseconds since 1970": lambda c: str(c.randint(1_500_000_000_000, 1_760_000_000_000)),
    "EAN": lambda c: ean(c, "40"),
    "ISBN of ten": isbn_of_ten,
    "ISBN": lambda c: ean(c, "978"),
    "ISBN with hyphens": lambda c: f"978-3-{digits(c, 2)}-{digits(c, 6)}-{digits(c, 1)}",
    "version": lambda c: ".".join(str(c.randint(0, 20)) for _ in range(4)),
    "version with large parts": lambda c: f"{c.randint(0, 12)}." + ".".join(str(c.randint(0, 180)) for _ in range(3)),
    "SIREN": lambda c: luhn(digits(c, 8)),
    "post code": lambda c: f"{digits(c, 5)}-{digits(c, 4)}",
    "snowflake": lambda c: str(c.randint(10**17, 10**19)),
    "version of a browser": lambda c: f"{c.randint(80, 130)}.0.{c.randint(0, 7000)}.{c.randint(0, 250)}",
    "part 12-3456-789": lambda c: f"{digits(c, 2)}-{digits(c, 4)}-{digits(c, 3)}",
    "part 123-4567": lambda c: f"{digits(c, 3)}-{digits(c, 4)}",
    "part 123-456-7890": lambda c: f"{digits(c, 3)}-{digits(c, 3)}-{digits(c, 4)}",
    "part 0123-4567": lambda c: f"0{digits(c, 3)}-{digits(c, 4)}",
    "invoice": lambda c: f"INV-{c.randint(2019, 2025)}-{digits(c, 5)}",
    "invoice with a date": lambda c: f"{c.randint(20, 25)}{c.randint(1, 12):02d}{c.randint(1, 28):02d}-{digits(c, 4)}",
    "date": lambda c: f"{c.randint(1, 28):02d}.{c.randint(1, 12):02d}.{c.randint(1950, 2005)}",
    "time": lambda c: f"{c.randint(0, 23):02d}:{c.randint(0, 59):02d}:{c.randint(0, 59):02d}",
    "digest": lambda c: f"{c.getrandbits(160):040x}",
    "digest of a file": lambda c: f"{c.getrandbits(128):032x}",
    "UUID": lambda c: (
        f"{c.getrandbits(32):08x}-{c.getrandbits(16):04x}-4{digits(c, 3)}-8{digits(c, 3)}-{digits(c, 12)}"
    ),
    "handle": lambda c: "@" + text(c, 8),
    "package": lambda c: f"{text(c, 6)}@{c.randint(0, 9)}.{c.randint(0, 9)}.{c.randint(0, 9)}",
    "repository": lambda c: f"git@{text(c, 6).lower()}.com:team/{text(c, 5)}.git",
    "price": lambda c: f"{c.randint(0, 9999)},{c.randint(0, 99):02d}",
    "redacted word": lambda c: f"xx{c.randint(1000, 9999)}",
    "path in C++": lambda c: f"std::{text(c, 6).lower()}",
}


def numbers(chance: random.Random, length: int, rows: int) -> dict[str, list[int]]:
    """Make columns of numbers of one length that are no personal ones."""
    least, most = 10 ** (length - 1), 10**length - 1
    start, step = chance.randint(least, most // 2), chance.randint(2, 40)
    dated = max(length - 6, 0)
    return {
        "random": [chance.randint(least, most) for _ in range(rows)],
        "counting up": [start + n for n in range(rows)],
        "in steps": [start + n * step for n in range(rows)],
        "with gaps": sorted(start + chance.randint(0, 5000 * rows) for _ in range(rows)),
        "from one issuer": [int("4929" + digits(chance, length - 4)) for _ in range(rows)],
        "with a date": [
            int(f"24{chance.randint(1, 12):02d}{chance.randint(1, 28):02d}{digits(chance, dated)}") for _ in range(rows)
        ],
    }
