-- What the names of a body's fields cost ModSecurity, found out before it reads them: it keeps them in tables whose hash is the
-- sum of a name's characters, and goes along all that have the same sum again with each new one. The square of their number times
-- their length is what that takes, a minute for 20 KB, and none of its own bounds comes before it. A field of JSON has the names of
-- all that it is within in its own.
--
-- A scanner returns the status and why a body is not to be read, or nothing. It may count more than ModSecurity does, never less: where a body
-- cannot be read ModSecurity stops, so that it is enough to be right up to there.
local ffi = require "ffi"

ffi.cdef [[
void *memmem(const void *haystack, size_t length, const void *needle, size_t size);
int open(const char *path, int flags);
int close(int fd);
long lseek(int fd, long offset, int whence);
void *mmap(void *address, size_t length, int protection, int flags, int fd, long offset);
int munmap(void *address, size_t length);
]]

local names = {}

-- Of all names of a request. An order of 150 lines of six fields has 27 000.
local most = 32768
-- Of files, as many as Django takes: each is in four more tables than a field. Of parts, ModSecurity's own bound comes too late.
local mostFiles = 100

local function tooMuch(what) return 413, what end
local tooLong = "names that are too long together"

local quote, backslash, comma, colon, space = 34, 92, 44, 58, 32
local openArray, closeArray, openMap, closeMap = 91, 93, 123, 125

local function digits(n) return n < 10 and 1 or n < 100 and 2 or n < 1000 and 3 or 8 end

-- Each bracket, string and other value, as far as ModSecurity goes: to its bounds of fields and of depth.
function names.json(text, length, bounds)
  local depth, fields, total = 0, 0, 0
  local within, isArray, count = { [0] = 0 }, { [0] = false }, { [0] = 0 }
  local key, isKey = 4, false -- what is in nothing is called json
  local i = 0
  while i < length do
    local c = text[i]
    i = i + 1
    local isValue = false
    if c == quote then
      local from = i
      while i < length and text[i] ~= quote do
        i = i + (text[i] == backslash and 2 or 1)
      end
      -- An empty one is called empty-key. Escapes are longer than what they stand for.
      if isKey then key = i == from and 9 or i - from else isValue = true end
      i = i + 1
    elseif c == openMap or c == openArray then
      local name = within[depth] + (isArray[depth] and digits(count[depth]) or key)
      depth = depth + 1
      if depth > bounds.depth then return end
      isArray[depth], isKey = c == openArray, c == openMap
      within[depth], count[depth], key = name + (isArray[depth] and 7 or 1), 0, 9
    elseif c == closeMap or c == closeArray then
      depth = depth > 0 and depth - 1 or 0
      count[depth] = count[depth] + 1
      isKey = false
    elseif c == comma then
      isKey = depth > 0 and not isArray[depth]
    elseif c == colon then
      isKey = false
    elseif c > space then
      isValue = true
      while i < length do
        c = text[i]
        if c <= space or c == comma or c == closeMap or c == closeArray then break end
        i = i + 1
      end
    end
    if isValue then
      total = total + within[depth] + (isArray[depth] and digits(count[depth]) or key)
      count[depth] = count[depth] + 1
      if total > most then return tooMuch(tooLong) end
      fields = fields + 1
      if fields > bounds.fields then return end
    end
  end
end

local ampersand, equals = 38, 61

-- Escapes are longer here, too.
function names.form(text, length, bounds)
  local fields, total, isName = 1, 0, true
  for i = 0, length - 1 do
    local c = text[i]
    if c == ampersand then
      fields = fields + 1
      if fields > bounds.fields then return end
      isName = true
    elseif c == equals then
      isName = false
    elseif isName then
      total = total + 1
      if total > most then return tooMuch(tooLong) end
    end
  end
end

-- The names in a part's header, where it can be read in one way only; in any other ModSecurity goes on reading headers where there
-- is none. As rules 10025 to 10031 demand.
local function disposition(value)
  local rest = value:match "^[ \t]*form%-data[ \t]*(.*)$"
  local found = {}
  while rest and rest ~= "" and rest ~= ";" do
    local name, after = rest:match "^;[ \t]*(%l+)=(.*)$"
    if not name or found[name] then return end
    found[name], rest = after:match '^"([^"]*)"[ \t]*(.*)$'
    if not rest then found[name], rest = after:match "^([%w%-._+!#$%%&^`|~{}*]+)[ \t]*(.*)$" end
    if not rest or found[name]:find("\\$") then return end
  end
  for name in pairs(found) do
    if name ~= "name" and name ~= "filename" then return end
  end
  if found.name and found.name ~= "" then return found end
end

local allowed = { ["content-disposition"] = true, ["content-type"] = true, ["content-length"] = true, ["content-transfer-encoding"] = true }

local function part(head)
  local to = head:find("\r\n\r\n", 1, true)
  if not to then return end
  local seen, lines, found = {}, 0, nil
  for line in head:sub(1, to + 1):gmatch "(.-)\r\n" do
    local name, value = line:match "^([%a-]+):([^%z\1-\8\10-\31\127]*)$"
    name = name and name:lower()
    if not allowed[name] or seen[name] then return end
    seen[name], lines = true, lines + 1
    if name == "content-disposition" then found = disposition(value) end
  end
  return found, lines
end

function names.multipart(text, length, bounds, boundary)
  local needle = "--" .. boundary
  local at, parts, files, total = text, 0, 0, 0
  local ending = text + length
  while true do
    local found = ffi.C.memmem(at, ending - at, needle, #needle)
    if found == nil then return end
    at = ffi.cast("const uint8_t *", found) + #needle
    parts = parts + 1
    if parts > bounds.fields then return tooMuch "more parts than are inspected" end
    -- After anything else ModSecurity stops, if it stands where a boundary may.
    if at < ending and (at[0] == 10 or at[0] == 13) then
      local head = ffi.string(at, math.min(ending - at, 1010))
      local which, lines = nil, nil
      if head:sub(1, 2) == "\r\n" then which, lines = part(head:sub(3)) end
      if not which then return 400, "a part that could be read in more than one way" end
      local file = which.filename or ""
      if file ~= "" then files = files + 1 end
      -- Once for each header.
      total = total + #which.name * lines + #file
      if files > mostFiles then return tooMuch "more files than are inspected" end
      if total > most then return tooMuch(tooLong) end
    end
  end
end

-- Bodies that are larger than nginx keeps in memory are in a file.
local function withBody(scan)
  local data = ngx.req.get_body_data()
  if data then
    -- Not as the last call, which would let go of the body.
    local status, why = scan(ffi.cast("const uint8_t *", data), #data)
    return status, why
  end
  local path = ngx.req.get_body_file()
  if not path then return end
  local fd = ffi.C.open(path, 0)
  if fd < 0 then error "the body's file cannot be opened" end
  local length = tonumber(ffi.C.lseek(fd, 0, 2))
  local mapped = length > 0 and ffi.C.mmap(nil, length, 1, 2, fd, 0) or nil
  ffi.C.close(fd)
  if mapped == nil or ffi.cast("intptr_t", mapped) == -1 then error "the body's file cannot be read" end
  local ok, status, why = pcall(scan, ffi.cast("const uint8_t *", mapped), length)
  ffi.C.munmap(mapped, length)
  if not ok then error(status) end
  return status, why
end

local function refuse(status, why)
  ngx.log(ngx.ERR, "refused before the firewall reads it: ", why, ", request_id: ", ngx.var.request_id)
  return ngx.exit(status)
end

-- By the types by which ModSecurity chooses how to read a body. Of one that is larger than its fields may be together it reads none.
function names.guard(bounds)
  local types = ngx.req.get_headers(0)["content-type"]
  if types == nil then return end
  if type(types) == "table" then return refuse(400, "a body of more than one type") end
  local kind = types:lower()
  local scan
  if kind:find("multipart/form-data", 1, true) == 1 then
    local boundary = ngx.re.match(types, bounds.boundary, "jo")
    if not boundary then return refuse(400, "a multipart body whose boundary could be read in more than one way") end
    scan = function(text, length) return names.multipart(text, length, bounds, boundary[1]) end
  elseif kind:find("application/x-www-form-urlencoded", 1, true) == 1 then
    scan = function(text, length) if length <= bounds.bytes then return names.form(text, length, bounds) end end
  elseif ngx.re.find(kind, bounds.json, "jo") then
    scan = function(text, length) if length <= bounds.bytes then return names.json(text, length, bounds) end end
  else
    return
  end
  ngx.req.read_body()
  local status, why = withBody(scan)
  if status then return refuse(status, why) end
end

return names
