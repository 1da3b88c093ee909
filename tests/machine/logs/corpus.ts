import { rules } from "../../../machine/logs/scrub";

/**
 * Lines as programs write them, and what is left of each when it leaves its machine. Nobody in them exists. What is hidden is
 * searched for by value, so that a rule that hides too little fails, whatever it puts in its place.
 */
export interface Sample {
  line: string;
  /** None of it may be left. */
  hidden: string[];
  /** All of it must be left. */
  kept: string[];
}

const sample = (line: string, hidden: string[], kept: string[] = []): Sample => ({ line, hidden, kept });

/** By shape, wherever they stand. */
const shapes: Sample[] = [
  sample("order 17 processed, customer ivan.petrov+test@mail.ru +79161234567", ["ivan", "petrov", "mail.ru", "9161234567"], ["order 17 processed, customer"]),
  sample("mail to Почта <почта@пример.рф> bounced", ["почта@", "пример"], ["bounced"]),
  sample("звонок 8 (916) 123-45-67, перезвонить на +7 (495) 765 43 21", ["123-45-67", "765 43 21", "916", "495"], ["перезвонить на"]),
  sample("tel:+442079460958 and +49 30 901820", ["2079460958", "901820"], ["and"]),
  sample("call 79031112233 or 8-903-111-22-33", ["9031112233", "903-111"], ["or"]),
  sample("card 4111 1111 1111 1111 declined, then 2200-7001-2345-6789 accepted", ["4111", "2200", "6789"], ["declined, then", "accepted"]),
  sample("card 5555555555554444 and 378282246310005", ["5555", "3782"], ["and"]),
  sample("паспорт 45 09 123456 выдан", ["123456", "45 09"], ["выдан"]),
  sample('{"paid_with":4111111111111111,"from":[89161112233],"n":1}', ["4111", "8916"], ['"n":1']),
  sample("4509 654321 is a passport too", ["654321"], ["is a passport too"]),
  sample("СНИЛС 112-233-445 95 указан", ["112-233", "445 95"], ["указан"]),
  sample("Клиент Петров Пётр Петрович подтвердил заказ 5", ["Петров", "Пётр"], ["Клиент", "подтвердил заказ 5"]),
  sample("принял Анна Сергеевна Смирнова-Белова, сумма 1200", ["Анна", "Сергеевна", "Смирнова"], ["принял", "сумма 1200"]),
  sample("доставка: г. Москва, ул. Большая Ордынка, д. 17, кв. 4 до 18:00", ["Ордынка", "кв. 4"], ["доставка", "до 18:00"]),
  sample("адрес проспект Мира 101к2 уточнить", ["Мира"], ["уточнить"]),
];

/** Credentials. */
const credentials: Sample[] = [
  sample("Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl-_x", ["eyJ", "c2lnbmF0"], ["Authorization"]),
  sample("headers={'Authorization': 'Basic dXNlcjpub3QtYS1wYXNz', 'Accept': '*/*'}", ["dXNlcjpub3Q"], ["'Accept': '*/*'"]),
  sample('{"headers":{"authorization":"Token 0123456789abcdef0123"},"status":401}', ["0123456789abcdef"], ['"status":401']),
  sample("proxied with bearer abcdefghij0123456789", ["abcdefghij"], ["proxied"]),
  sample("token eyJhbGciOiJub25lIn0.eyJpZCI6MX0 expired", ["eyJ"], ["expired"]),
  sample("connecting to postgres://ringo:n0t-a-passw0rd@10.10.0.5:5432/ringo", ["n0t-a-passw0rd"], ["postgres://ringo:", "10.10.0.5:5432/ringo"]),
  sample("redis://:n0t-a-passw0rd@10.10.0.5:6379/0 refused", ["n0t-a-passw0rd"], ["refused"]),
  sample("POST /api/v1/token/ password=n0t-secret&username=anna", ["n0t-secret"], ["username=anna"]),
  sample('{"message":"login","password":"a\\"b n0t","attempt":2}', ["n0t"], ['"attempt":2']),
  sample("db2password=n0t-a-secret in the environment", ["n0t-a"], ["in the environment"]),
  sample("DJANGO_SECRET_KEY=n0t-a-key-at-all is set", ["n0t-a-key"], ["is set"]),
  sample('{"api_key": "n0t-a-key", "access_key_id": "n0t-an-id", "ok": true}', ["n0t"], ['"ok": true']),
  sample(`GET /media/x?X-Amz-Signature=${"0a".repeat(32)}&X-Amz-Date=20261125`, ["0a0a"], ["X-Amz-Date=20261125"]),
  sample("set-cookie: sessionid=n0tasession; csrftoken=n0tatoken; Path=/", ["n0tasession", "n0tatoken"], ["Path=/"]),
  sample(`bot ${"1234567890"}:${"not-a-token-".repeat(3).slice(0, 35)} sent`, ["not-a-token"], ["sent"]),
  sample(`telebot: Post "https://api.telegram.org/bot${"1234567890"}:${"not-a-token-".repeat(3).slice(0, 35)}/sendMessage": context deadline exceeded`, ["not-a-token"], ["api.telegram.org/bot", "/sendMessage"]),
  sample(`uploading with ${"AKIA"}${"NOTAKEYNOTAKEY12"} failed`, ["NOTAKEY"], ["failed"]),
  sample('{"refresh_token":"n0t.a.token","user":7}', ["n0t.a"], ['"user":7']),
];

/** What a traceback shows of PostgreSQL's answer. */
const refused: Sample[] = [
  sample("DETAIL:  Key (phone)=(9161234567) already exists.", ["9161234567"], ["Key (phone)=", "already exists."]),
  sample('{"message":"duplicate\\nDETAIL:  Key (first_name, last_name)=(Иван, Петров) already exists.\\n","level":"error"}', ["Иван", "Петров"], ['"level":"error"', "already exists"]),
  sample('DETAIL:  Key (inn)=(7707083893) is not present in table "orders_client".', ["7707083893"], ["is not present in table"]),
  sample("DETAIL:  Key (during)=([2026-01-01, Иван)) conflicts with existing key (during)=([2025-12-31, Пётр)).", ["Иван", "Пётр"], ["conflicts with existing key"]),
  sample("django.db.utils.IntegrityError: null value DETAIL:  Failing row contains (17, ООО \"Ромашка\", Иван, pbkdf2_sha256$1). Петров", ["Ромашка", "Иван", "pbkdf2", "Петров"], ["null value", "Failing row contains ("]),
  sample('{"message":"null value\\nDETAIL:  Failing row contains (17, ООО \\"Ромашка\\", Иван).","level":"error"}', ["Ромашка", "Иван"], ['"level":"error"']),
];

/** Fields that say what stands in them, in each way that a line can hold fields. */
const fields: Sample[] = [
  sample('{"first_name":"Иван","last_name":"Петров","total":5}', ["Иван", "Петров"], ['"total":5']),
  sample('{"first_name":"\\u0418\\u0432\\u0430\\u043d","total":5}', ["\\u0418"], ['"total":5']),
  sample('{"message":"got {\\"full_name\\": \\"Иван \\\\\\"Ваня\\\\\\" П\\", \\"n\\": 1}"}', ["Иван", "Ваня"], ['\\"n\\": 1']),
  sample("payload {'customer_name': 'Анна-Мария', 'delivery_address': 'Тверь, Мира 3', 'n': 2}", ["Анна", "Тверь", "Мира"], ["'n': 2"]),
  sample("form first_name=%D0%98%D0%B2%D0%B0%D0%BD&n=3", ["%D0%98"], ["n=3"]),
  sample('{"inn": 7707083893, "passport_number": 123456, "n": 4}', ["7707083893", "123456"], ['"n": 4']),
  sample('{"address": {"street": "Ленина", "apartment": 12}, "n": 5}', ["Ленина", "12}"], ['"n": 5']),
  sample("ФИО: Ли Ван, заказ 6", ["Ли Ван"], ["заказ 6"]),
  sample('{"phone": "not in any usual shape 12", "email": "anna at mail", "birth_date": "1990-01-02", "n": 7}', ["usual shape", "anna at", "1990"], ['"n": 7']),
  sample("contact_phone='12-34' birthday='2 января' n=8", ["12-34", "января"], ["n=8"]),
  sample('{"snils":"00000000000","card_number":"0000","n":9}', ["00000000000", '"0000"'], ['"n":9']),
];

export const personal: readonly Sample[] = [...shapes, ...credentials, ...refused, ...fields];

/** What looks a little like one of the above, and is needed when something is searched for. */
export const harmless: readonly string[] = [
  '{"request_id":"a089161234567c4111111111111111df","task":"0f9d3b1e-8a57-4c1b-9a5e-891612345678"}',
  '{"time":"2026-11-25T13:21:49+00:00","request_id":"0a1b2c3d4e5f60718293a4b5c6d7e8f9","client":"203.0.113.9","method":"GET","path":"/api/v1/orders/17/","status":"200","seconds":"0.012","upstream":"10.10.0.3:8000"}',
  "2026-11-25 13:21:49.119 UTC [1234] ringo@ringo 10.10.0.3 LOG:  duration: 612.345 ms  statement: SELECT $1",
  "checkpoint complete: wrote 3141 buffers (19.2%); 0 WAL file(s) added, 0 removed; write=269.876 s, lsn=0/7C3A1D8",
  "[2026-11-25 13:21:49,119: INFO/MainProcess] Task orders.process[0f9d3b1e-8a57-4c1b-9a54-0e7a3f5b2c11] received",
  "postgresql@17-main.service: Deactivated successfully.",
  "Accepted publickey for root from 10.10.0.2 port 51234 ssh2: ED25519 SHA256:mVQyl0n8Z0f6Uj3PjAoQ2vQ7r8b0pQy7n3iGv2m1xYk",
  "epoch 1795612909121807 and 1795612909121807000, pid 4242, 16777216 bytes in 0.25 s",
  "worker@worker-0 ready, pool 2..10, prefetch 4",
  "Заказ 1025 принят, сумма 12500 руб., склад Восток",
  "release registry.ringo.test:5000/backend@sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945",
  "archive-push of 000000010000000000000042 took 1.2 s",
  "ringo: no way out: IN= OUT=eth0 SRC=10.10.0.4 DST=198.51.100.7 LEN=60 PROTO=TCP SPT=41234 DPT=8443",
  "GET /api/v1/orders/?page=2&page_size=50 200",
];

/** As the shipper does on the machine: the running stack's test shows that it reads the rules in the same way. */
export const scrubbed = (line: string): string =>
  rules.reduce((text, { pattern, replacement, exact }) => text.replace(new RegExp(pattern, exact ? "gu" : "giu"), replacement), line);
