import { ownHeaders, rule } from "./rule";

/** Commands of Unix by themselves. */
const alone = `
  7z 7za 7zr adduser apt-get arp bash breaksw bsdcat bsdiff bsdtar builtin bzcat bzdiff bzegrep bzfgrep bzgrep bzip2 bzless bzmore chattr
  chflags chmod coproc crontab csh dhclient dmesg doas dpkg egrep endif endsw env env-update esac eval expr fgrep filetest foreach ftpstats
  ftpwho gdb gunzip gzcat hostid hostname htdigest htpasswd ifconfig ip6tables ipconfig iptables irb irb1 irb18 irb19 irb20 irb21 irb22 jexec
  killall lastcomm lastlog lastlogin ldconfig lessecho lessfile lesspipe lftp lftpget logname ls ls-F lsb_release lscpu lshw lsmod lsof lspci
  lsusb lwp-download lwp-dump lwp-mirror lwp-request lzcat lzcmp lzdiff lzegrep lzfgrep lzgrep lzless lzma lzmore mailq mlocate mysqladmin
  mysqldump mysqldumpslow mysqlhotcopy mysqlshow nc.openbsd nc.traditional ncat netcat netkit-ftp netstat nohup nping nstat onintr perl5 perlsh
  perms pftp pgrep php5 php7 pkexec pkg pkg_info pkginfo pkill popd printenv ptar ptardiff ptargrep pushd python2 python3 python3m realpath
  rmuser rnano ruby1 ruby18 ruby19 ruby20 ruby21 ruby22 sched sdiff sendmail setenv setsid sh.distrib shutdown socat sysctl tailf tcping
  tcptraceroute tcsh traceroute6 uname uncompress unlzma unrar unset unxz unzip useradd userdel usermod vigr vipw w3m whoami xargs xterm xzcat
  xzcmp xzdec xzdiff xzegrep xzfgrep xzgrep xzless xzmore yum zcat zcmp zdiff zegrep zfgrep zgrep zless zmore zrun zsh
`;
/** What does nothing by itself, in a list of services: "ftp; ssh". */
const needy = "curl gzip mysql nmap nslookup openssl passwd rsync sftp ssh sudo svn telnet traceroute wget";
/** Those that are looked for with what they are told only. */
const told = `
  awk cat cc chdir cp echo exec fc ftp gcc getfacl git grep hup ldd ln lynx mailx mkdir mutt mv nano nc printf ps rar rcp rm rmdir rpm scp sed
  setfacl sh tar ulimit vim xxd xz
`;
/** English, or what skills are called: what they are told is no single word. */
const english = "done du export fetch GET kill local ping sleep su tee timeout";
/** Nor a number, which does no harm there. */
const counted = `
  alias arch batch command compress diff expand file find function head history id java jobs last less locate lp more mount net nice patch perl
  php python rename repeat replace route ruby set sort source strings tail time top touch unlink who zip
`;
/** Those that are looked for at the beginning of a field. */
const atBeginning = `
  bash bsdcat bsdiff bsdtar builtin bzcat bzdiff bzegrep bzfgrep bzgrep bzless bzmore cc command coproc csh curl dash diff dmesg doas echo egrep env
  eval exec fetch fgrep filetest ftpstats ftpwho gcc GET grep gzcat gzip head hup irb irb1 irb18 irb19 irb20 irb21 irb22 java jobs -x lastcomm lastlog
  lastlogin lessecho lessfile lesspipe lftp lftpget ls ls-F lsb_release lscpu lsmod lsof lspci lsusb lwp lwp-download lynx lzcat lzcmp lzdiff lzegrep
  lzfgrep lzgrep lzless lzma lzmore mailq mlocate mysqladmin mysqldump mysqldumpslow mysqlhotcopy mysqlshow nc nc.openbsd nc.traditional ncat netcat
  netkit-ftp netstat nohup nping nstat onintr perl perl5 pftp pgrep php php5 php7 ping pkexec pkill popd printenv ptar ptardiff ptargrep python python2
  python3 python3m rcp realpath rename repeat replace rmdir rmuser rnano rsync ruby ruby1 ruby18 ruby19 ruby20 ruby21 ruby22 sched scp sdiff sed
  sendmail setenv setsid sftp sh sh.distrib socat source ssh strings sudo svn sysctl tail tailf tar tcping tcptraceroute tcsh telnet time timeout
  traceroute traceroute6 uname uncompress unlzma unrar unset unxz unzip useradd userdel usermod vigr vipw w3m wget whoami xargs xz xzcat xzcmp xzdec
  xzdiff xzegrep xzfgrep xzgrep xzless xzmore zcat zcmp zdiff zegrep zfgrep zgrep zip zless zmore zrun zsh
`;

/** A shell passes over these within a word. */
const quotes = "[\\x5c'\\x22]*+";
const alternatives = (words: string): string => words.trim().split(/\s+/)
  .map((word) => [...word].map((letter) => (letter === "." ? "\\." : letter)).join(quotes)).join("|");

/** What a shell passes over before a command. A run of it is looked at from its beginning only. */
const filler = "[\\s{(!$]";
const runWith = (what: string, without: string): string => `(?<!${filler})(?=(?:${without})*+${what})`;
/** What ends the command before. */
const separator = `(?:[;|&\\x60]|[<>]\\(|\\(\\s*+\\)|${runWith("(?:[\\n\\r{]|\\$\\()", "[^\\S\\n\\r]|[(!]|\\$(?!\\()")})`;
const beginning = `(?:\\A|=|${runWith("\\n", "[^\\S\\n]|[{(!$]")})`;
/** Up to eight variables for it, and its folder. Both are bounded, as they may have separators in them, of which each begins anew. */
const variable = "\\w{1,64}+=(?:[$<>]\\([^)]{0,200}+\\)|'[^']{0,200}+'|\\x22[^\\x22]{0,200}+\\x22|\\S{0,200}+)\\s";
const folder = "[?*\\[\\]()|+\\w'\\x22.\\x5c-]";
const before = `${filler}*+(?:${variable}${filler}*+){0,8}+(?:(?:${folder}{0,64}+/){2,16}|${folder}{1,64}+/)?${quotes}`;

const fields = "REQUEST_COOKIES|!REQUEST_COOKIES:/__utm/|REQUEST_COOKIES_NAMES|ARGS_NAMES|ARGS|XML:/*";
const withHeaders = `${fields}|${ownHeaders}`;
const argument = "[\\s<>](?=[^\\w|;&]{0,200}+\\w)";
const end = "(?:[\\s,!?;)}|]|:(?!/)|\\.\\s|\\.?\\x22?\\z)";
const no = (what: string): string => `(?!\\s*+${what}${end})`;
const letters = "[A-Za-z\\x80-\\xff]++(?:'[a-z]{1,2})?";
const nothingTold = "(?![^;|&\\n]{0,200}(?<=\\s)[/~.-]\\w)";
/** What leaves a command nothing to do: the end, or a word that is not ASCII ("; id заказа 15") with no file and no option after it. */
const idle = `[\\r\\n;,|&)!?%}\\]\\x60]|[.:]?\\s*+\\z|[\\x80-\\xff][\\w\\x80-\\xff-]*+${end}${nothingTold}`;
/** A number of something, as in "; cat 6" and "; rm 5,5kg". An address has more dots. */
const amount = "\\d++(?:[.,:*x]\\d++)?+[a-z]{0,3}[\\t ]*+";

export const shell = [
  rule(10423, withHeaders, `@rx ${separator}${before}(?:(?:${alternatives(alone)})\\b(?!=|-\\w)|dash\\b(?!=)${no(letters)}|(?:${alternatives(needy)})\\b(?!=|[\\t ]*+(?:${idle}))|(?:${alternatives(told)})${quotes}${argument}(?![\\t ]*+(?:${amount})?+(?:${idle}))|(?:${alternatives(english)})${quotes}${argument}${no(letters)}|(?:${alternatives(counted)})${quotes}${argument}${no(`(?:${letters}|\\d[\\d:.,]*+)`)}|\\.\\s(?=\\W{0,200}+\\w)(?!\\s*+${letters}${end}${nothingTold}))`, "t:none,t:urlDecodeUni", "Unix command (932100, 932105)"),
  // In "100$ (опт)" and "<ivan@example.com> (Иван)" there is something between.
  rule(10438, `ARGS|${ownHeaders}`, "@rx \\$(?:\\(\\s*+[A-Za-z(</'\\x22\\x5c$.{~?*\\[\\x60]|\\{[^}]*+\\})|=\\$['\\x22]|[<>]\\(\\s*+[A-Za-z/.~$]", "t:none,t:urlDecodeUni", "Expression of a shell (932130)"),
  rule(10424, fields, `@rx ${beginning}${before}(?:${alternatives(atBeginning)})${quotes}[\\s;|&<>]`, "t:none", "Unix command at the beginning (932150)"),
].join("");
