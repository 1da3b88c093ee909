/** What people write into the fields of an order-accounting product. None of it is an attack. */
export const texts = [
  "Заказ № 1254 от 12.03.2026, договор № 17/26-П",
  "ООО «Ромашка» — аренда экскаватора-погрузчика JCB 3CX (с оператором)",
  "Привезти к 9:00; позвонить за час: +7 (916) 123-45-67, Иван О'Коннор",
  "имо", "являются не", "или", "и/или", "СЕЛЕКТ", "не является публичной офертой", "выбрать из списка и удалить",
  "Скидка 10% при оплате до 1-го числа; иначе — полная цена!",
  "50% предоплата, остаток 50% — по факту (наличные/карта)",
  "Адрес: г. Санкт-Петербург, ул. Большая Морская, д. 18, корп. 2, лит. А, кв. 7 (домофон 7#1234)",
  "Клиент сказал: \"перезвоните завтра\" — и положил трубку…",
  "«Ёлка» & «Берёза»: 2 шт. × 1 500,00 ₽ = 3 000,00 ₽",
  "ИНН 7707083893, КПП 770701001, р/с 40702810938000060473, БИК 044525225",
  "ivan.petrov+orders@ringo-uchet.ru; бухгалтерия: buh@пример.рф",
  "https://ringo-uchet.ru/catalog?category=12&sort=price",
  "Смета: 12 * 3 = 36; 36 / 4 = 9; итого > 100 и < 200",
  "C# и C++ курсы; Node.js, Java, PHP — группа вечерняя",
  "Не забыть: select лучшие фото, update прайс, drop старые позиции",
  "order by phone; the trade union of two teams, insert coin", "Head & Shoulders", "Java кофе", "Ruby кольцо 585", "time стол", "Новый update прошивки", "having стол",
  "1) стул; 2) стол", "--> туда, <-- обратно", "https://ringo-uchet.ru/p/12?id=7&type=a&sort=b&tree=1&copy=2 есть в наличии?", "<срочно>", "x<y и y>z", "AT&T, M&M's",
  "He said it's a \"good\" deal -- really; O'Reilly & Sons (since 1978)",
  "Table 4, like the last one; and 2 or 3 chairs = 5 items",
  "1=1 заказ; 2 = 2 заказа", "a=b&c=d", "(1) первый; (2) второй; (3) третий",
  "Тел.: 8-800-555-35-35 | доб. 12 | @manager_ringo | #срочно",
  "Размеры 600×400×300 мм; диаметр ⌀ 25; t° от −20 до +40 °C; допуск ±0,5",
  "Спасибо! 👍🙂🚚 Ждём вас ❤️ 🇷🇺", "😀😃😄😁😆", "…", "—", "?", "—— разделитель ——", "***", "N/A", "null", "undefined", "true", "0", "-1", "1e5",
  "\tс отступом\n\nи с пустой строкой\n- пункт 1\n- пункт 2;\n* пункт 3",
  "Замена масла + фильтр (Mobil 1™ 5W-30), з/ч: 15601-BZ030",
  "Гарантия 12 мес./10 000 км; акт № 3 подписан — оригинал у Петрова А.С.",
  "System-12/alfa; file: смета_итог(2).xlsx; путь: Документы\\Сметы\\2026",
  "Ñandú, Müller & Söhne GmbH, Łódź, Ærø, 北京, 東京, Ελλάδα, العربية",
  "Пароль от Wi-Fi спросить у охраны; код домофона *45К1234",
  "Алтай → Урал; вверх ↑, вниз ↓", "1;2;3", "x; y", "'", "\"", "--", "O''Brien", "ул. 8 Марта, 7'Б'",
  "find the table, kill the noise; sort it out", "{},{},{}", "Здравствуйте, {{ name }}! Заказ {{order.number}} готов", "скидка 'опт'; grant for a student; прайс 'A'; update завтра", "{} ".repeat(60), "<<<<<<<<<< !!! >>>>>>>>>>", "<>".repeat(60), "{}".repeat(60),
  // Names of goods and of firms.
  "phone case (black)", "9. case (чехол) = 838; 2. кейс = 38", "Split system (2 шт)", "Like (лайк), date (30.11), count (5)", "min (2) шт", "1. Select brand tea\n2. Update прошивки (v2)", "«Union Jack» флаг",
  "ООО \"Union Group\"", "ООО 'Select', 5 шт", "Union Group: please select chairs from the list and send to Ivan", "Database (PostgreSQL) недоступна", "Northwind Trade", "\"Спасибо\"! \"Да\"", "- Drop shipping", "#1 Rename товар",
  "where is my order; delete it", "этаж 2; load file", "работаем; open daily", "Dear Finn,--I think it would do; copy should reach us", "john or@var.es", "2000--2024", "10 -- 15 шт", "union was a great select",
  // Lists, lines and letters.
  "Post office\nHead lamp\nMove box\nCopy paper\n", "From: a@example.com\r\nBcc: b@example.com\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nДобрый день!",
  "| id | name |\n| время | time | 5 |", "с 9 до 18; time 10:00; top 10; sort 1; set 6", "{name}, {time 5}", "ruby; python; history", "check if exist in stock, if defined in contract",
  "100$ (опт)", "price in $ (USD)", "Иван <ivan@example.com> (менеджер)", "цена>(опт)", "https://example.com/?a=1&timeout=30&expand=1&top=10", "VBScript: макрос", "Push alert. Call Ivan (срочно)",
  "http://localhost:3000/ не открывается", "sftp://ftp.example.com/prices", "\\\\server\\share\\Прайс.xlsx",
  // Per cent signs before letters that are digits to who counts by sixteen, and addresses that were cut.
  "100%acrylic", "50%cashmere / 50%acrylic", "Водка 40%ABV", "Привет, %name%! Ждём вас %date%, склад %base%", "https://example.com/?q=%D1%81%D1",
  // Lists and lines with what a shell has, too.
  "Имя; id заказа 15; дата", "gross 10 kg; net 9 kg\nnet weight 9 kg", "city; zip 90210", "корм | cat 6 | dog 5", "порты: http; ssh; ftp; sftp", "импорт; export", "звонок; done", "камера; dash cam",
  "su casa\nsu nivel", "du bist\ndu damit", "Mozilla/5.0 (X11; Linux x86_64; fi-FI; rv:140.0)", "id | name | price", "time > 10:00", "GET YOUR\nGET IN", "one of `new` or `paid`. This value", "calls iconv(). Эта версия", "people\n who don't understand", "If you have questions, call.\n==========\n",
  "ping", "ping-pong стол", "system(скидка), login(s), item(s), system(s)", "https://octocoders.example/avatars/u/5?",
  // Inches, contractions, signatures, remarks in brackets, and lists of things to do.
  "3/4\" char (стол)", "1/2\" union (латунь)", "It's ok, I can't come.\n-- \nJohn Smith", "Sleep (маска)", "Select (5 шт)", "EXEC (Исполняемый файл)", "Cast(литьё)", "null or undefined",
  "100% Premium Select Not From Concentrate Pure Prune Juice", "I'm having a \"problem\" with my order", "Having trouble (see below)", "- Create user Иван\n- Drop table lamp", "1. Create table of prices", "копия\" copy (2)",
  // What an editor makes of a text, and what has signs of equality in it.
  '<p style="text-align:center;color:rgb(255, 0, 0)"><strong>Акция &quot;Лето&quot;</strong> 50%</p>\n<ul><li>ООО "Ромашка"</li></ul>', '<figure class="image"><img src="/media/a.png" alt="фото" width="200"></figure>',
  '<a href="https://example.com/?a=1&b=2">заказ</a>', "online=да; ontime=1", "style = классика", "on-site = да", "вёрстка HTML/XHTML", "zakaz@import.ru, sales@import-export.com",
  // A key, a signature and a token; each would be an attribute to a browser, or an attack to who decodes it loosely.
  "GBamNab2KpcU/qEy8L6ki9MbSvzbPBBSg3l4RXpacDMloPntM+oneggZyENuzAZ8VsjGpiKFw9C7vTmMsQ==", "xQktfmHEjkPCeyWl1iHj/PM/IB5kiuHqYNLLPHNs6Kc0PPuvtaiGB1XsQlY577rMxrsu4xPXmVyfXlWKzvZsN1Onw==",
  "1--wrzl2meyi5ejdvaa3dwu3h4wm4cwmhtm5yrx01fd4lmffo80cwyrqclu0knhj79f9-l0", "5qkvjhpxuyh+if+o0k1xru/oxjwrakhh8olax8feoo/kh+m1/sjdxtzxqrcdyrr07w==", "0KHRgtGD0Lsg0L7RhNC40YHQvdGL0LkgKNC60YDQsNGB0L3Ri9C5KQ==", "Y2hhaXIgKHJlZCksIHNpemUgTQ==",
];

/** Names of the files that people upload. */
export const fileNames = [
  "Счёт №5 от 12.03.2026.pdf", "смета_итог (2).xlsx", "IMG_20261125_101530.jpg", "Акт сверки «Ромашка».pdf", "photo.JPEG", "договор.v2.final.docx",
  "отчёт за I квартал, 2026.csv", "скан-паспорта.png", "Ёжик & Ко.webp", "архив.zip", "накладная #17 (копия).pdf", "Прайс+скидки 10%.xlsx",
  "Отчёт 'итог'.pdf", "ООО 'Рога и Копыта' - счёт.pdf",
];
