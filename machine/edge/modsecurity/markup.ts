import { richText } from "./richtext";
import { alternatives, asBrowsersRead, ownHeaders, rule } from "./rule";

/** What HTML's elements, and those of some browsers, tell scripts: each with `on` before it. */
export const events = alternatives(`
  abort activate adapteradded addtrack afterprint afterscriptexecute afterupdate alerting animationend animationiteration animationstart
  antennastatechange appcommand audioend audioprocess audiostart beforeactivate beforecopy beforecut beforedeactivate beforeeditfocus beforepaste
  beforeprint beforescriptexecute beforeunload beforeupdate begin beginevent blocked blur bounce boundary broadcast busy cached callschanged canplay
  canplaythrough cardstatechange cellchange cfstatechange change chargingchange chargingtimechange checking click close command commandupdate complete
  compositionend compositionstart compositionupdate connected connecting contextmenu controlselect copy cuechange cut dataavailable datachange dataerror
  datasetchanged datasetcomplete dblclick deactivate deliveryerror deliverysuccess devicefound devicelight devicemotion deviceorientation
  deviceproximity dialing disabled dischargingtimechange disconnected disconnecting domactivate domattrmodified domcharacterdatamodified domfocusin
  domfocusout dommousescroll domnodeinserted domnodeinsertedintodocument domnoderemoved domnoderemovedfromdocument domsubtreemodified downloading
  dragdrop dragend dragenter dragexit draggesture dragleave dragover dragstart drop durationchange emptied enabled end ended endevent enter error
  errorupdate exit failed filterchange finish focus focusin focusout formchange forminput gamepadaxismove gamepadbuttondown gamepadbuttonup
  gamepadconnected gamepaddisconnected get hashchange headphoneschange held help holding icccardlockerror iccinfochange incoming input invalid keydown
  keypress keyup levelchange load loadeddata loadedmetadata loadend loadstart losecapture ly mark message mousedown mouseenter mouseleave mousemove
  mouseout mouseover mouseup mousewheel move moveend movestart mozafterpaint mozaudioavailable mozbeforeresize mozedgeuicanceled mozedgeuicompleted
  mozedgeuistarted mozfullscreenchange mozfullscreenerror mozmagnifygesture mozmagnifygesturestart mozmagnifygestureupdate mozmousehittest
  mozmousepixelscroll moznetworkdownload moznetworkupload mozorientationchange mozpointerlockchange mozpointerlockerror mozpresstapgesture
  mozrotategesture mozrotategesturestart mozrotategestureupdate mozscrolledareachanged mozswipegesture mozswipegestureend mozswipegesturestart
  mozswipegestureupdate moztapgesture moztimechange nomatch noupdate obsolete offline online open overflow overflowchanged pagehide pageshow paint paste
  pause play playing popstate popuphidden popuphiding popupshowing popupshown progress propertychange ratechange readystatechange received removetrack
  repeat repeatevent request reset resize result resume resuming retrieving rowenter rowexit rowsdelete rowsinserted scroll seekcomplete seeked seeking
  select selectstart sending sent set show soundend soundstart speechend speechstart stalled start statechange statuschanged stkcommand stksessionend
  stop submit success suspend svgabort svgerror svgload svgresize svgscroll svgunload svgzoom text timeout timeupdate touchcancel touchend touchenter
  touchleave touchmove touchstart transitioncancel transitionend transitionrun underflow unload updateready upgradeneeded userproximity ussdreceived
  versionchange voicechange volumechange waiting warning wheel zoom
`);
const attribute = `(?:on${events}|s(?:tyle|rc)|background|formaction|lowsrc|ping)[\\s\\x08]*+=`;

/** What makes no letter, between the letters of a word, as browsers once passed it over. */
const spread = (word: string): string => [...word].join("\\W*+");
const element = [
  "script style svg marquee form".split(" ").map(spread),
  "animate applet audio bindings base body object embed param video link set meta frame iframe".split(" ").map((word) => `${spread(word)}[^>\\w]`),
  `${spread("im")}\\W*+(?:a\\W*+)?g(?:\\W*+e[^>\\w]|>*+[^>\\w])`,
].flat();
const elements = `(?:${element.join("|")})`;

const seen = `${ownHeaders}|REQUEST_COOKIES|!REQUEST_COOKIES:/__utm/|REQUEST_COOKIES_NAMES|REQUEST_HEADERS:User-Agent|REQUEST_HEADERS:Referer|REQUEST_FILENAME|ARGS_NAMES|ARGS|XML:/*`;

export const markup = [
  // The first `<a` or quote is enough: whatever attribute comes after another comes after it.
  rule(10420, seen, `@rx (?i)(?:${richText}|(?:\\A[^<'\\x22]*+(?:<(?!\\w)[^<'\\x22]*+)*+(?:<\\w|['\\x22])[\\s\\S]*?[\\s/]|['\\x22])${attribute})`, asBrowsersRead, "HTML attribute (941160)"),
  // From the last letter before it: each run of what makes no letter is looked at once.
  rule(10421, seen, `@rx (?i)(?:${richText}|(?:\\A|\\w)[^\\w<]*+<\\W*+${elements})`, asBrowsersRead, "HTML element (941160)"),
  rule(10422, seen, `@rx (?i)<[^\\w<>]*+\\w(?:[^<>'\\x22\\s:]*+:[^\\w<>'\\x22\\s]*+)+?\\W*+${elements}`, asBrowsersRead, "HTML element in a name space (941160)"),
  // Whatever holds for a later one holds for the first.
  rule(10425, seen, "@rx (?i)<(?:applet|object|isindex|embed|style|form|meta)\\b(*COMMIT)[^>]*+>", asBrowsersRead, "HTML element (941140)"),
  rule(10426, seen, `@rx (?i)(?:=|u\\s*+r\\s*+l\\s*+\\()(?:[^>]*?${[..."script:"].join("\\s*+")}|[^>]*+(*SKIP)(*FAIL))`, asBrowsersRead, "Address that is a script (941140)"),
].join("");

