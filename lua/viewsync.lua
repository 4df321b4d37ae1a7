-- The WezTerm side of viewsync: opens tabs on tmux views, and runs the clean-up layers 2 to 5.
--
--   local viewsync = require("viewsync")   -- or dofile(path), or wezterm.plugin.require(url)
--   viewsync.apply_to_config(config, { picker_key = { key = "t", mods = "LEADER" } })
--
-- One file, and long for it: it has to work in all three of these ways, and sub-modules are what
-- breaks in WezTerm plugins (wezterm #5812). Throughout:
--   * nothing yields while the file loads (wezterm #2401), and nothing ever blocks the GUI thread;
--   * every handler is guarded: an error in one ends the chain of everybody's handlers;
--   * nothing is decided here: this file says when to look, and views/rules/policy.py what goes.

local wezterm = require("wezterm") ---@type any

local M = {}

-- `viewsync install` writes its absolute path here: a GUI's PATH is often anaemic.
local INSTALLED_VIEWSYNC = nil -- @viewsync-path@
local DEFAULT_VIEWSYNC = (os.getenv("HOME") or wezterm.home_dir) .. "/.local/bin/viewsync"

local SETTLE = 0.2 -- seconds from a closing to its sweep: tmux must first see its client gone
local FIRST = 5 -- seconds from the GUI's start to its first sweep
local OVERDUE = 5 -- seconds that the timer may be late, before an event strikes in its place
local GAP = 2 -- seconds between the starts of two sweeps that nobody asked for by hand
local CHILD_BOUND = 30 -- seconds until a sweep that has not ended counts as gone
local KNOWN_FOR = 60 -- seconds for which the picker opens with the sessions that it knows
local MESSAGE_STAYS = 6 -- seconds that a message stands in the status

-- What starts a sweep. Of two that wait, the one further right runs for both: it covers more.
local TRIGGERS =
  { "wezterm-tab", "wezterm-window", "wezterm-user-var", "wezterm-timer", "wezterm-key" }
local BY_HAND = "wezterm-key"
local WIDTH = {} ---@type table<string, integer>
for width, trigger in ipairs(TRIGGERS) do
  WIDTH[trigger] = width
end

-- Options -----------------------------------------------------------------------------------------

---@class viewsync.Key
---@field key string
---@field mods string?

---@class viewsync.Options
---@field viewsync_path string? absolute path of the command (default: what the installer wrote)
---@field tmux_path string? absolute path of tmux, for a GUI whose PATH lacks it
---@field domain string|table? where tabs are spawned (default: this machine's local domain)
---@field icon string? a name in wezterm.nerdfonts, or any text; "" for none
---@field set_title boolean? give each tab its title when it opens
---@field keys boolean? false binds nothing; a key that you have already stays yours, with a warning
---@field cleanup_key viewsync.Key|false? clean up now, and say how much went
---@field picker_key viewsync.Key|false? pick a session for a new tab
---@field restore_key viewsync.Key|false? open again what a crashed WezTerm had
---@field layers string[]? what starts a clean-up by itself: "tab", "window", "timer", "user-var"
---@field interval number? seconds between two clean-ups by the timer
---@field toast boolean? show notifications, for keys and failures only
---@field toast_ms integer? how long they stay, where the desktop listens
---@field status boolean? show the same for some seconds in the right status of the tab bar

---@class viewsync.SpawnOptions
---@field host string? another host, as `ssh` takes it: the session is there
---@field title string? the tab's title (default: the session's name; "NAME on HOST" with a host)
---@field icon string? as in viewsync.Options
---@field cwd string? folder for new windows of the view
---@field socket_name string? tmux -L
---@field socket_path string? tmux -S
---@field create boolean? make a session that is missing
---@field new boolean? always a new view, never one that is free
---@field window string? the tmux window id to start on, such as "@3"
---@field key string? of a choice of `viewsync pick --json`: opens that, in place of a session
---@field into string? where: "tab" (default), "window", "workspace", "right", "down", "here"
---@field size number? with "right" and "down": the part of the room, such as 0.3
---@field workspace string? WezTerm's workspace for a "window" or "workspace"
---@field domain string|table? as in viewsync.Options

local function is_text(value) return type(value) == "string" and value ~= "" end

local function is_key(value)
  if type(value) ~= "table" then return value == false end
  return is_text(value.key) and (value.mods == nil or type(value.mods) == "string")
end

local function is_list_of_layers(value)
  if type(value) ~= "table" then return false end
  for _, layer in pairs(value) do
    local trigger = "wezterm-" .. tostring(layer)
    if not WIDTH[trigger] or trigger == BY_HAND then return false end
  end
  return true
end

---@class viewsync.Kind
---@field what string how an error names it
---@field fits fun(value: any): boolean?

---@return viewsync.Kind
local function kind(what, fits) return { what = what, fits = fits } end

local SWITCH = kind("true or false", function(v) return type(v) == "boolean" end)
local STRING = kind("a string", function(v) return type(v) == "string" end)
local TEXT = kind("a non-empty string", is_text)
local PATH = kind("an absolute path", function(v)
  return is_text(v) and (v:find("^/") or v:find("^%a:[/\\]")) ~= nil
end)
local SOCKET_NAME = kind("a name for tmux -L, without '/' or a leading dash", function(v)
  return is_text(v) and not v:find("/", 1, true) and not v:find("^-")
end)
local HOST = kind("a host as `ssh` takes it", function(v)
  return is_text(v) and not v:find("^-")
end)
local CHOICE = kind("a key of a choice, as `viewsync pick --json` has it", function(v)
  return is_text(v) and v:find("^[%w_-]+$") ~= nil
end)
local PLACES = {
  tab = "the new tab",
  window = "the new window",
  workspace = "the new workspace",
  right = "the right half",
  down = "the lower half",
  here = "this tab",
}
local PLACE = kind('"tab", "window", "workspace", "right", "down" or "here"', function(v)
  return is_text(v) and PLACES[v] ~= nil
end)
local PART = kind("a number between 0 and 1", function(v)
  return type(v) == "number" and v > 0 and v < 1
end)
local WINDOW_ID = kind('a tmux window id such as "@3"', function(v)
  return type(v) == "string" and v:find("^@%d+$") ~= nil
end)
local DOMAIN = kind("a domain for spawn_tab", function(v)
  return is_text(v) or type(v) == "table"
end)
local SECONDS = kind("a number of seconds, at least 5", function(v)
  return type(v) == "number" and v >= 5 and v < math.huge
end)
local MILLISECONDS = kind("a whole number of milliseconds", function(v)
  return math.type(v) == "integer" and v >= 0
end)
local KEY = kind('a table such as { key = "c", mods = "LEADER|CTRL" }, or false', is_key)
local LAYERS = kind('a list of "tab", "window", "timer", "user-var"', is_list_of_layers)

local OPTIONS = {
  viewsync_path = { PATH, INSTALLED_VIEWSYNC or DEFAULT_VIEWSYNC },
  tmux_path = { PATH },
  -- spawn_tab's own default is the domain of the current pane: beside an ssh tab that would open
  -- the tab on the far machine, away from the tmux that viewsync looks after.
  domain = { DOMAIN, { DomainName = "local" } },
  icon = { STRING, "cod_terminal_tmux" },
  set_title = { SWITCH, true },
  keys = { SWITCH, true },
  cleanup_key = { KEY, { key = "c", mods = "LEADER|CTRL" } },
  picker_key = { KEY, { key = "s", mods = "LEADER|CTRL" } },
  restore_key = { KEY, false },
  layers = { LAYERS, { "tab", "window", "timer", "user-var" } },
  interval = { SECONDS, 60 },
  toast = { SWITCH, true },
  toast_ms = { MILLISECONDS, 4000 },
  status = { SWITCH, true },
}

local SPAWN_OPTIONS = {
  host = { HOST },
  title = { TEXT },
  icon = { STRING },
  cwd = { TEXT },
  socket_name = { SOCKET_NAME },
  socket_path = { PATH },
  create = { SWITCH },
  new = { SWITCH },
  window = { WINDOW_ID },
  key = { CHOICE },
  into = { PLACE, "tab" },
  size = { PART },
  workspace = { TEXT },
  domain = { DOMAIN },
}

local function names_of(spec)
  local names = {}
  for name in pairs(spec) do
    names[#names + 1] = name
  end
  table.sort(names)
  return table.concat(names, ", ")
end

---@return string[] problems a sentence for each option that makes no sense
local function problems_of(given, spec)
  if given ~= nil and type(given) ~= "table" then
    return { "options must be a table, not a " .. type(given) }
  end
  local problems = {}
  for name, value in pairs(given or {}) do
    local option = spec[name]
    if not option then
      local text = "unknown option '%s'; the known ones are: %s"
      problems[#problems + 1] = text:format(tostring(name), names_of(spec))
    elseif not option[1].fits(value) then
      problems[#problems + 1] = ("option '%s' must be %s"):format(name, option[1].what)
    end
  end
  table.sort(problems)
  return problems
end

--- What `given` says where it makes sense, and the default elsewhere.
local function values_of(given, spec)
  local values = {}
  for name, option in pairs(spec) do
    local value = type(given) == "table" and given[name]
    if type(given) == "table" and value ~= nil and option[1].fits(value) then
      values[name] = value
    else
      values[name] = option[2]
    end
  end
  return values
end

local settings = values_of(nil, OPTIONS) ---@type viewsync.Options

local function layer_is_on(trigger)
  for _, layer in pairs(settings.layers) do
    if "wezterm-" .. layer == trigger then return true end
  end
  return false
end

-- Saying things -----------------------------------------------------------------------------------

local function complain(...) wezterm.log_error("viewsync:", ...) end

--- mlua puts the stack below an error's message.
local function first_line(err) return tostring(err):match("[^\r\n]+") or "no message" end

--- `fn` made safe as a handler: its error is logged, goes no further, and it returns nothing.
---@return fun(...)
local function guard(where, fn)
  return function(...)
    local ok, err = pcall(fn, ...)
    if not ok then complain(where .. ":", tostring(err)) end
  end
end

-- @event viewsync.view-opened `(window, pane, { parent, title, ... })`: a tab was opened on a view;
--   beside these the table has `host`, `socket_name`, `socket_path` and `window` as asked for
-- @event viewsync.cleaned `({ ended, promoted, kept, failed, trigger, ... })`: a clean-up changed
--   something; the answer of `viewsync cleanup --views --json`, and what led to it

--- For other people's handlers: wezterm.emit yields, and raises what they raise.
local function announce(event, ...)
  local ok, err = pcall(wezterm.emit, event, ...)
  if not ok then complain("a handler of " .. event .. ":", tostring(err)) end
end

-- State that outlives a reload --------------------------------------------------------------------

---@class viewsync.State
---@field panes table<string, integer> panes that had a view: pane id to window id
---@field titled table<string, viewsync.Titled> by pane id
---@field queued string? the trigger of what waits: a reload drops the timer that starts it
---@field started integer? when the last sweep started
---@field under_way boolean? whether it still runs
---@field ticked integer? when a sweep for the timer last started
---@field used table<string, integer> when a session was last opened from here, by its name
---@field sessions viewsync.Session[]? what the picker was told last
---@field others viewsync.Other[]? the same of all that is no session
---@field listed integer? when
---@field message viewsync.Message?

---@class viewsync.Titled
---@field parent string the session that gave its tab the title
---@field title string

--- One JSON string in GLOBAL: a table there comes back as userdata that `type`, `next` and `= nil`
--- do not treat as a table (wezterm #4802).
---@return viewsync.State
local function load_state()
  local ok, state = pcall(wezterm.json_parse, wezterm.GLOBAL.viewsync)
  if not ok or type(state) ~= "table" then state = {} end
  if type(state.panes) ~= "table" then state.panes = {} end
  if type(state.titled) ~= "table" then state.titled = {} end
  if type(state.used) ~= "table" then state.used = {} end
  return state
end

--- Read, changed and written with no yield between: a sweep of an older evaluation may still end.
---@param change fun(state: viewsync.State)
local function change_state(change)
  local state = load_state()
  change(state)
  wezterm.GLOBAL.viewsync = wezterm.json_encode(state)
end

--- A clock that was set back must not stop anything.
local function seconds_since(moment)
  local elapsed = os.time() - (tonumber(moment) or 0)
  return elapsed < 0 and math.huge or elapsed
end

-- Messages: as notifications, and where no desktop shows these, in the tab bar --------------------

---@class viewsync.Message
---@field text string
---@field window integer the id of the window that shows it
---@field ends integer

-- In the state too: a reload drops what is to wipe it, and leaves the window with it.
local shown = nil ---@type viewsync.Message?

local function remember_message(message)
  shown = message
  change_state(function(state) state.message = message end)
end

--- Wiped by a timer; others' handlers may have drawn over it, so each update draws it again.
local function draw_message(window)
  if not shown or window:window_id() ~= shown.window then return end
  if os.time() < shown.ends then return window:set_right_status(shown.text .. " ") end
  remember_message(nil)
  window:set_right_status("")
end

--- The window may have gone while a child ran, and a MuxWindow shows neither: the log has it too.
local function show(window, text)
  if window == nil then return end
  if settings.toast then
    pcall(function() window:toast_notification("viewsync", text, nil, settings.toast_ms) end)
  end
  if not settings.status then return end
  pcall(function()
    local ends = os.time() + MESSAGE_STAYS
    local clean = text:gsub("%c+", " ")
    remember_message({ text = clean, window = window:window_id(), ends = ends })
    draw_message(window)
    wezterm.time.call_after(MESSAGE_STAYS, guard("status", function() draw_message(window) end))
  end)
end

---@return nil
---@return string message
local function fail(window, message)
  complain(message)
  show(window, message)
  return nil, message
end

--- The message that viewsync shows just now, else "": for a status of your own.
---@return string
function M.status_text() return shown and os.time() < shown.ends and shown.text or "" end

-- The command -------------------------------------------------------------------------------------

local function reason(answer, stderr)
  local problem = type(answer) == "table" and answer.error
  if type(problem) ~= "table" or not is_text(problem.message) then
    return is_text(stderr) and stderr:gsub("%s+$", "") or "viewsync gave no readable answer"
  end
  if not is_text(problem.hint) then return problem.message end
  return ("%s (%s)"):format(problem.message, problem.hint)
end

--- Runs viewsync with `...` and reads its JSON. Yields. run_child_process knows no time limit:
--- viewsync bounds itself.
---@return table? answer
---@return string? message
local function ask(...)
  local argv = { settings.viewsync_path }
  if settings.tmux_path then argv = { settings.viewsync_path, "--tmux", settings.tmux_path } end
  table.move({ ... }, 1, select("#", ...), #argv + 1, argv)
  local ran, success, stdout, stderr = pcall(wezterm.run_child_process, argv)
  if not ran then
    local text = "cannot run %s: %s; check viewsync_path"
    return nil, text:format(settings.viewsync_path, first_line(success))
  end
  local parsed, answer = pcall(wezterm.json_parse, stdout)
  -- Not by the exit code: where one server of several does not answer, the others' answers count.
  if not parsed or type(answer) ~= "table" or answer.error then
    return nil, reason(parsed and answer, stderr)
  end
  return answer
end

--- What the command could not read, such as a server that no tmux could be run for.
---@return string[] problems
local function errors_of(answer)
  local problems = {}
  for _, problem in ipairs(type(answer.errors) == "table" and answer.errors or {}) do
    problems[#problems + 1] = type(problem) == "table" and wezterm.json_encode(problem)
      or tostring(problem)
  end
  return problems
end

-- Sweeping: never more than one child, and one request waiting behind it --------------------------

---@class viewsync.Request
---@field trigger string
---@field report fun(result: table?, message: string?)?

local armed = false
local queued = nil ---@type viewsync.Request?

--- Each live pane of this process, in every window of every workspace. Memory only, and no yield.
---@param visit fun(pane: any, window_id: integer)
local function each_pane(visit)
  for _, window in ipairs(wezterm.mux.all_windows()) do
    for _, tab in ipairs(window:tabs()) do
      for _, pane in ipairs(tab:panes()) do
        visit(pane, window:window_id())
      end
    end
  end
end

--- Where each pane stands, for `viewsync restore`. It is not worth a sweep: an error says nothing.
---@return string? json
local function layout()
  local places = {}
  for _, window in ipairs(wezterm.mux.all_windows()) do
    for _, place in ipairs(window:tabs_with_info()) do
      for _, info in ipairs(place.tab:panes_with_info()) do
        places[#places + 1] = {
          tty = info.pane:get_tty_name(),
          workspace = window:get_workspace(),
          window = window:window_id(),
          tab = place.tab:tab_id(),
          left = info.left,
          top = info.top,
          cols = info.width,
          rows = info.height,
          active = info.is_active,
          front = place.is_active,
          zoomed = info.is_zoomed,
        }
      end
    end
  end
  local json = wezterm.json_encode(places)
  -- Linux takes 128 KiB for one argument.
  return #places > 0 and #json < 100000 and json or nil
end

--- Layers 2 and 3 are about the views of this WezTerm, the others about all.
local function is_closing(trigger) return WIDTH[trigger] <= WIDTH["wezterm-window"] end

---@return table? result
---@return string? message
local function sweep(trigger)
  local argv = { "cleanup", "--views", "--json", "--trigger", trigger, "--from-gui" }
  if is_closing(trigger) then argv[#argv + 1] = "--only-gui" end
  -- An error in here ends the sweep: half a list would make a live pane's view look forsaken.
  each_pane(function(pane)
    local tty = pane:get_tty_name()
    if tty then table.move({ "--live-tty", tty }, 1, 2, #argv + 1, argv) end
  end)
  local ok, places = pcall(layout)
  if ok and places then argv[#argv + 1] = "--layout=" .. places end
  return ask(table.unpack(argv))
end

--- Seconds that a request has to wait yet. The sweep under way may be one from before a reload.
---@param request viewsync.Request
local function wait_of(request)
  local state = load_state()
  local elapsed = seconds_since(state.started)
  if state.under_way and elapsed < CHILD_BOUND then return 1 end
  return request.trigger == BY_HAND and 0 or GAP - elapsed
end

local run_queue

--- As a task of its own: WezTerm holds back an event while a handler of it runs, and runs other
--- people's handlers after ours, so none may wait for a child.
local function arm(seconds)
  -- Each call_after keeps its callback for ever, so a storm of events may not make one each.
  if armed and queued.trigger ~= BY_HAND then return end
  armed = true
  local run = guard("sweep", function()
    armed = false
    run_queue()
  end)
  wezterm.time.call_after(seconds, run)
end

local function plural(count, word)
  return ("%d %s%s"):format(count, word, count == 1 and "" or "s")
end

local function count_of(result, key) return math.tointeger(tonumber(result[key])) or 0 end

--- What the answer calls failed was ended by a hook, or attached to, between reading and acting.
local COUNTS =
  { { "promoted", "promoted" }, { "kept", "kept" }, { "failed", "changed in the meantime" } }

local function changed_anything(result)
  return count_of(result, "ended") + count_of(result, "promoted") > 0
end

local function summary(result)
  local words = { plural(count_of(result, "ended"), "view") .. " ended" }
  for _, count in ipairs(COUNTS) do
    local many = count_of(result, count[1])
    words[#words + 1] = many > 0 and ("%d %s"):format(many, count[2]) or nil
  end
  local text, problems = table.concat(words, ", "), errors_of(result)
  if #problems == 0 then return text end
  return ("%s; not all could be read: %s"):format(text, table.concat(problems, "; "))
end

local complained = {} ---@type table<string, boolean> what the layers have said, until they succeed

--- A layer strikes for ever, and says once what is wrong; who pressed a key hears it each time.
local function complain_once(request, level, text)
  if complained[text] and request.trigger ~= BY_HAND then return end
  complained[text] = true
  level("viewsync:", request.trigger .. ":", text)
end

local rename_tabs ---@type fun(told: table[])

---@param request viewsync.Request
local function tell(request, result, message)
  if result then
    guard("titles", rename_tabs)(result.tabs or {})
    local problems = errors_of(result)
    if #problems == 0 then complained = {} end
    for _, problem in ipairs(problems) do
      complain_once(request, wezterm.log_warn, problem)
    end
    if changed_anything(result) then
      wezterm.log_info("viewsync:", request.trigger .. ":", summary(result))
      result.trigger = request.trigger
      announce("viewsync.cleaned", result)
    end
  else
    complain_once(request, wezterm.log_error, message or "no answer")
  end
  if request.report then request.report(result, message) end
end

function run_queue()
  local request = queued
  if not request then return end
  local wait = wait_of(request)
  if wait > 0 then return arm(wait) end

  queued = nil
  change_state(function(state)
    state.queued, state.started, state.under_way = nil, os.time(), true
    if WIDTH[request.trigger] >= WIDTH["wezterm-timer"] then state.ticked = os.time() end
  end)
  local ok, result, message = pcall(sweep, request.trigger)
  change_state(function(state) state.under_way = false end)
  if not ok then result, message = nil, tostring(result) end
  tell(request, result, message)
end

---@param trigger string
---@param report fun(result: table?, message: string?)?
local function request_sweep(trigger, report)
  if not queued or WIDTH[trigger] >= WIDTH[queued.trigger] then
    queued = { trigger = trigger, report = report }
  end
  change_state(function(state) state.queued = queued.trigger end)
  arm(is_closing(trigger) and SETTLE or 0)
end

--- Cleans up now, and shows how much went.
---@param window any a gui Window, for the toast
function M.cleanup(window)
  request_sweep(BY_HAND, function(result, message)
    show(window, result and summary(result) or message or "no answer")
  end)
end

-- Layers 2 and 3: WezTerm has no event for a closed tab or window, so live ids are compared -------

---@return string? trigger the widest one that the panes which are gone give
local function trigger_of(known, panes, windows)
  local widest = nil
  for id, window_id in pairs(known) do
    local trigger = windows[window_id] and "wezterm-tab" or "wezterm-window"
    if not panes[id] and layer_is_on(trigger) and WIDTH[trigger] > (WIDTH[widest] or 0) then
      widest = trigger
    end
  end
  return widest
end

local function same(one, other)
  for key, value in pairs(one) do
    if other[key] ~= value then return false end
  end
  for key in pairs(other) do
    if one[key] == nil then return false end
  end
  return true
end

--- A pane counts once it had a view: opened by us, or with the user variable that `viewsync open`
--- sets. Others come and go without a child process (what was attached by hand is the timer's).
--- At every event, for the one that tells of a closing is often the second within a moment and the
--- last one for minutes; a timer for it would stay in WezTerm's memory, and a title may spin.
local function look()
  local known, panes, windows = load_state().panes, {}, {}
  each_pane(function(pane, window_id)
    local id = tostring(pane:pane_id())
    windows[window_id] = true
    if known[id] or pane:get_user_vars().viewsync_parent then panes[id] = window_id end
  end)
  if same(panes, known) then return end
  change_state(function(state) state.panes = panes end)
  local trigger = trigger_of(known, panes, windows)
  if trigger then request_sweep(trigger) end
end

-- Layers 4 and 5 ----------------------------------------------------------------------------------

--- WezTerm swallows errors in here, and drops what an older evaluation armed: one chain, unbroken.
local function tick()
  wezterm.time.call_after(settings.interval, tick)
  local strike = guard("timer", function()
    look()
    request_sweep("wezterm-timer")
  end)
  strike()
end

--- Soon after the GUI's start, and then by what has been swept: a configuration that is saved every
--- half minute must not put off the timer for ever.
local function start_timer()
  local first = os.time() - settings.interval + FIRST
  change_state(function(state) state.ticked = state.ticked or first end)
  local left = settings.interval - seconds_since(load_state().ticked)
  wezterm.time.call_after(math.max(0, left), tick)
end

--- One that is saved every two seconds drops each timer before it strikes; events come nonetheless.
local function strike_if_overdue()
  if armed or not layer_is_on("wezterm-timer") then return end
  local state = load_state()
  if state.ticked and seconds_since(state.ticked) >= settings.interval + OVERDUE then
    request_sweep("wezterm-timer")
  end
end

local function user_var_changed(_, _, name)
  if name == "TMUX_CLEANUP_TRIGGER" and layer_is_on("wezterm-user-var") then
    request_sweep("wezterm-user-var")
  end
  -- A pane has just got a view: it has to be known before it goes.
  if name == "viewsync_parent" then look() end
end

-- Opening tabs ------------------------------------------------------------------------------------

---@param icon string?
---@param text string
local function with_icon(icon, text)
  local clean = text:gsub("%c+", " ")
  if not is_text(icon) then return clean end
  return (wezterm.nerdfonts[icon] or icon) .. " " .. clean
end

local DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

--- WezTerm has none for Lua.
local function base64(text)
  local out = {}
  for at = 1, #text, 3 do
    local a, b, c = text:byte(at, at + 2)
    local bits = (a << 16) | ((b or 0) << 8) | (c or 0)
    for place = 1, (c and 4) or (b and 3) or 2 do
      local digit = 1 + ((bits >> (24 - 6 * place)) & 63)
      out[#out + 1] = DIGITS:sub(digit, digit)
    end
    out[#out + 1] = (c and "") or (b and "=") or "=="
  end
  return table.concat(out)
end

--- What `viewsync open` told WezTerm of the session in a pane, anew. It goes to WezTerm alone, and
--- not through what runs in the pane.
local function note_parent(pane, parent)
  if pane:get_user_vars().viewsync_parent == parent then return end
  pane:inject_output(("\27]1337;SetUserVar=viewsync_parent=%s\7"):format(base64(parent)))
end

--- A session that was renamed, or that its tab was switched to, has its name there: unless somebody
--- has given the tab another title since.
function rename_tabs(told)
  local parents, before, now = {}, load_state().titled, {}
  for _, tab in ipairs(told) do
    parents[tab.tty] = tab.parent
  end
  each_pane(function(pane)
    local id = tostring(pane:pane_id())
    local parent = parents[pane:get_tty_name() or ""]
    if is_text(parent) then pcall(note_parent, pane, parent) end
    local titled = before[id]
    local tab = titled and pane:tab()
    if not tab or tab:get_title() ~= titled.title then return end
    now[id] = titled
    if not is_text(parent) or parent == titled.parent then return end
    now[id] = { parent = parent, title = with_icon(settings.icon, parent) }
    tab:set_title(now[id].title)
  end)
  if next(before) then change_state(function(state) state.titled = now end) end
end

--- "--title=X" and not "--title X": a value may begin with a dash.
---@param parent string
---@param o viewsync.SpawnOptions
---@param tab_title string? for `viewsync restore`: what a tab is called by default needs no noting
---@return string[]
local function open_argv(parent, o, tab_title)
  if o.key then return { settings.viewsync_path, "pick", "--open=" .. o.key } end
  local argv = { settings.viewsync_path, "open" }
  local function add(wanted, ...)
    if wanted then table.move({ ... }, 1, select("#", ...), #argv + 1, argv) end
  end
  add(o.host, "--host=" .. (o.host or ""))
  add(o.create, "--create")
  add(o.new, "--new")
  add(o.socket_name, "-L", o.socket_name)
  add(o.socket_path, "-S", o.socket_path)
  add(o.title, "--title=" .. (o.title or ""))
  add(tab_title, "--tab-title=" .. (tab_title or ""))
  add(o.cwd, "--cwd=" .. (o.cwd or ""))
  add(o.window, "--window=" .. (o.window or ""))
  add(true, "--", parent)
  return argv
end

--- The MuxWindow behind a gui Window, a MuxWindow or a pane. To ask for what is not there raises.
local function mux_window_of(window, pane)
  local ways = {
    function() return window:mux_window() end,
    function() return window.spawn_tab and window end,
    function() return pane:window() end,
  }
  for _, way in ipairs(ways) do
    local ok, found = pcall(way)
    if ok and found then return found end
  end
  return nil
end

---@return string? problem
local function spawn_problem(parent, opts)
  local problems = problems_of(opts, SPAWN_OPTIONS)
  if not is_text(parent) then
    problems[#problems + 1] = "the session's name must be a non-empty string"
  end
  if #problems == 0 and opts and opts.socket_name and opts.socket_path then
    problems[1] = "socket_name and socket_path exclude each other"
  end
  if #problems == 0 and opts and opts.host and opts.into == "here" then
    problems[1] = "a tab cannot be switched to a session of another host"
  end
  return problems[1] and table.concat(problems, "; ")
end

--- Beside a pane: there, "domain" is the pane's own unless it is told, and no tab is made.
local function split(pane, command, o)
  if not pane then error("there is no pane to split", 0) end
  command.direction = o.into == "right" and "Right" or "Bottom"
  command.size = o.size
  local new_pane = pane:split(command)
  return new_pane:tab(), new_pane, new_pane:window()
end

--- An error of WezTerm's raises. A viewsync that is missing, or refuses, shows in the tab itself.
local function spawn(window, pane, parent, o, tab_title)
  local env = settings.tmux_path and { VIEWSYNC_TMUX = settings.tmux_path }
  local command = {
    args = open_argv(parent, o, tab_title),
    domain = o.domain or settings.domain,
    set_environment_variables = env,
  }
  if o.into == "right" or o.into == "down" then return split(pane, command, o) end
  local active = o.into == "workspace" and (o.workspace or o.title or parent)
  local own_window = o.into == "window" or o.into == "workspace"
  local target = not own_window and mux_window_of(window, pane)
  if target then return target:spawn_tab(command) end
  command.workspace = active or o.workspace
  local tab, new_pane, new_window = wezterm.mux.spawn_window(command)
  if active then wezterm.mux.set_active_workspace(active) end
  return tab, new_pane, new_window
end

--- For the order of the picker. A name that JSON cannot hold is not worth an error.
local function note_use(parent)
  pcall(change_state, function(state) state.used[parent] = os.time() end)
end

local function place_of(parent, host)
  return host and ("%s on %s"):format(parent, host) or parent
end

--- What its tab is called; a split has none of its own.
---@return string? title
---@return boolean? own whether it is another one than is given without being asked
local function title_of(parent, o, before)
  if not settings.set_title or o.into == "right" or o.into == "down" then return nil end
  local title = before or with_icon(o.icon or settings.icon, o.title or place_of(parent, o.host))
  return title, before ~= nil or o.title ~= nil or o.icon ~= nil
end

--- The terminal and the tmux server of a pane whose client can be switched; else nil and why not.
local function client_in(pane)
  local ok, tty, vars = pcall(function() return pane:get_tty_name(), pane:get_user_vars() end)
  if not ok or not is_text(tty) or not is_text(vars.viewsync_parent) then
    return nil, "this tab shows no session that viewsync opened"
  end
  return tty, vars.viewsync_socket
end

--- The words that have the client on that terminal go to `parent`, or to what `o.key` stands for.
---@return string[]
local function switch_argv(tty, socket, parent, o)
  if o.key then return { "pick", "--json", "--open=" .. o.key, "--client=" .. tty } end
  local argv = { "attach", "--json", "--client=" .. tty }
  if o.create then argv[#argv + 1] = "--create" end
  if o.window then argv[#argv + 1] = "--window=" .. o.window end
  if o.socket_name then
    table.move({ "-L", o.socket_name }, 1, 2, #argv + 1, argv)
  elseif is_text(o.socket_path or socket) then
    table.move({ "-S", o.socket_path or socket }, 1, 2, #argv + 1, argv)
  end
  table.move({ "--", parent }, 1, 2, #argv + 1, argv)
  return argv
end

--- The tmux client in the pane goes to a view of `parent`. Nothing is typed, and no tab is made.
---@return any? tab
---@return any pane or the message
local function switch(pane, parent, o)
  local tty, socket = client_in(pane)
  if not tty then return nil, socket end
  local answer, message = ask(table.unpack(switch_argv(tty, socket, parent, o)))
  if not answer then return nil, message end
  if o.key and is_text(answer.name) then parent = answer.name end
  note_use(parent)
  guard("titles", rename_tabs)({ { tty = tty, parent = parent } })
  local ok, tab = pcall(function() return pane:tab() end)
  return ok and tab or nil, ok and tab and pane or "the tab was closed meanwhile"
end

---@param before string? its title with the icon, as it was before a restore
---@return any? tab
---@return any pane or the message
local function open_tab(window, pane, parent, opts, before)
  local problem = spawn_problem(parent, opts)
  if problem then return nil, problem end
  local o = opts or {}
  if o.into == "here" then return switch(pane, parent, o) end
  local title, own = title_of(parent, o, before)
  local ok, tab, new_pane, new_window = pcall(spawn, window, pane, parent, o, own and title)
  if not ok then
    return nil, ("cannot open a tab on %s: %s"):format(parent, first_line(tab))
  end
  local id = tostring(new_pane:pane_id())
  change_state(function(state) state.panes[id] = new_window:window_id() end)
  -- The tab may have gone already: `viewsync open` refuses a session that does not exist.
  if title then pcall(function() tab:set_title(title) end) end
  if title and not own and not o.host then
    pcall(change_state, function(state) state.titled[id] = { parent = parent, title = title } end)
  end
  if not o.key and not o.host then note_use(parent) end
  announce("viewsync.view-opened", new_window, new_pane, {
    parent = parent,
    title = o.title or place_of(parent, o.host),
    host = o.host,
    socket_name = o.socket_name,
    socket_path = o.socket_path,
    window = o.window,
  })
  return tab, new_pane
end

--- Opens a tab that shows `parent` through a view of its own. It yields: for handlers of events.
---@param window any the Window or MuxWindow for it; nil takes the pane's, else a new one is made
---@param pane any? to find the window, to be split, or, with `into = "here"`, to be switched
---@param parent string the tmux session's name
---@param opts viewsync.SpawnOptions?
---@return any? tab nil when it could not be opened: the log and a toast say why
---@return any pane the new pane, or the message
function M.spawn_tab_with_session(window, pane, parent, opts)
  local tab, new_pane = open_tab(window, pane, parent, opts)
  if not tab then return fail(window, new_pane) end
  return tab, new_pane
end

local function copy(from)
  local to = {}
  for name, value in pairs(from or {}) do
    to[name] = value
  end
  return to
end

--- The same with a title and an icon of your own: (window, pane, parent, { title =, icon =, ... })
--- or, in the order of the configuration that this replaces, (..., parent, title, icon, opts).
---@param title string|viewsync.SpawnOptions
---@param icon string?
---@param opts viewsync.SpawnOptions?
---@return any? tab
---@return any pane
function M.spawn_tab_with_custom_session(window, pane, parent, title, icon, opts)
  local own = type(title) == "table" and title or copy(opts)
  if type(title) ~= "table" then
    own.title, own.icon = title, icon
  end
  if own.title == nil then return fail(window, "spawn_tab_with_custom_session needs a title") end
  return M.spawn_tab_with_session(window, pane, parent, own)
end

--- The title of a tab that shows a view, else nil, for a format-tab-title handler of yours:
--- `return viewsync.tab_title(tab) or my_own(tab)`. We register none: only the first one counts.
---@param tab_info any TabInformation
---@return string?
function M.tab_title(tab_info)
  local ok, title = pcall(function()
    local vars = tab_info.active_pane.user_vars
    -- Of another host, `viewsync open` sets the second one, and empties the first.
    local shown_there = is_text(vars.viewsync_parent) and vars.viewsync_parent or vars.viewsync_far
    if not is_text(shown_there) then return nil end
    local title = tab_info.tab_title
    return is_text(title) and title or with_icon(settings.icon, shown_there)
  end)
  return ok and title or nil
end

-- Picking, restoring ------------------------------------------------------------------------------

---@class viewsync.Session
---@field name string
---@field socket string
---@field windows integer
---@field window_list table[]? its windows, where these were asked for
---@field clients integer
---@field used integer when somebody was last on it, as far as is known

--- A project, a worktree, a folder or another host's session: `viewsync pick --open` opens it,
--- and makes what it needs.
---@class viewsync.Other
---@field key string
---@field kind string
---@field name string
---@field detail string
---@field socket string of the server that its session is made on

--- Of `pick`, or of `views`, which has the windows.
---@return viewsync.Session
local function session_of(told)
  local used = math.tointeger(told.last_attached) or 0
  for _, view in ipairs(told.views or {}) do
    used = math.max(used, math.tointeger(view.last_attached) or 0)
  end
  local session = { name = told.name, socket = told.socket, windows = told.windows or 0 }
  session.clients, session.used, session.window_list = told.clients or 0, used, told.window_list
  return session
end

--- Of another host: only viewsync knows how to open it.
local function is_elsewhere(told) return is_text(told.socket) and told.socket:sub(1, 1) ~= "/" end

---@return viewsync.Session[]
local function sessions_of(answer)
  local sessions = {}
  for _, told in ipairs(answer.choices or answer.parents or {}) do
    local session = answer.parents and told.exists ~= false or told.kind == "session"
    if session and is_text(told.name) and not is_elsewhere(told) then
      sessions[#sessions + 1] = session_of(told)
    end
  end
  return sessions
end

---@return viewsync.Other[]
local function others_of(answer)
  local others = {}
  for _, told in ipairs(answer.choices or {}) do
    local other_kind = told.kind ~= "session" or is_elsewhere(told)
    if other_kind and is_text(told.key) and is_text(told.name) then
      local detail = is_text(told.detail) and told.detail or ""
      local other = { key = told.key, kind = told.kind, name = told.name, detail = detail }
      other.socket = told.socket
      others[#others + 1] = other
    end
  end
  return others
end

--- The one that was used last comes first, the others as viewsync has them.
local function by_use(sessions)
  local state, place = load_state(), {}
  for index, session in ipairs(sessions) do
    local opened = tonumber(state.used[session.name]) or 0
    place[session] = { math.max(opened, session.used), index }
  end
  table.sort(sessions, function(a, b)
    if place[a][1] ~= place[b][1] then return place[a][1] > place[b][1] end
    return place[a][2] < place[b][2]
  end)
  return sessions
end

--- Whether the pane from which the picker was called shows it.
local function is_current(session, pane)
  local ok, vars = pcall(function() return pane:get_user_vars() end)
  if not ok or vars.viewsync_parent ~= session.name then return false end
  return not is_text(vars.viewsync_socket) or vars.viewsync_socket == session.socket
end

local function label_of(session, pane)
  local windows, clients = plural(session.windows, "window"), plural(session.clients, "client")
  local words = { session.name, windows, clients }
  local server = tostring(session.socket):match("[^/]*$")
  if server ~= "default" then words[#words + 1] = "on " .. server end
  if is_current(session, pane) then words[#words + 1] = "(this tab)" end
  return (table.concat(words, "  "):gsub("%c+", " "))
end

local function row(label, id) return { label = label, id = wezterm.json_encode(id) } end

local WINDOWS = "a window of a session ..."
local NEW = "a new session ..."
local AGAIN = "read the sessions again ..."

--- One row a session that is there, and behind these one for all else that `viewsync pick` offers.
--- Every row can be chosen, so there are no headings.
local function choices_of(sessions, others, pane)
  local choices = {}
  for _, session in ipairs(by_use(sessions)) do
    local id = { name = session.name, socket = session.socket }
    choices[#choices + 1] = row(label_of(session, pane), id)
  end
  for _, other in ipairs(others) do
    local text = ("%s  %s  %s"):format(other.kind, other.name, other.detail):gsub("%s+$", "")
    choices[#choices + 1] = row((text:gsub("%c+", " ")), { name = other.name, key = other.key })
  end
  if #choices > 0 then choices[#choices + 1] = row(WINDOWS, { act = "windows" }) end
  choices[#choices + 1] = row(NEW, { act = "new" })
  return choices
end

--- One row a window, each with its session's name in front, so that both can be typed.
local function windows_of(sessions)
  local choices = {}
  for _, session in ipairs(by_use(sessions)) do
    for _, window in ipairs(session.window_list or {}) do
      local id = { name = session.name, socket = session.socket, window = window.id }
      local text = ("%s  %d: %s"):format(session.name, window.index, window.name)
      choices[#choices + 1] = row((text:gsub("%c+", " ")), id)
    end
  end
  return choices
end

---@class viewsync.Picker
---@field opts viewsync.SpawnOptions?
---@field chosen any the action for a row
---@field named any the action for the name of a new session
---@field of_windows viewsync.Picker? the one that the row for windows opens
---@field windows boolean? whether its rows are windows
---@field waits boolean? whether it stands without its rows yet
local Picker = {}
Picker.__index = Picker

--- A selector takes the place of the one that is open, and the keys that are typed from then on.
function Picker:show(window, pane, choices)
  local what = self.windows and "window" or "session"
  local place = PLACES[values_of(self.opts, SPAWN_OPTIONS).into]
  local selector = wezterm.action.InputSelector({
    title = ("viewsync: choose a %s for %s"):format(what, place),
    choices = choices,
    fuzzy = true,
    fuzzy_description = self.windows and "Window: " or "Session: ",
    action = self.chosen,
  })
  window:perform_action(selector, pane)
end

--- A client goes to another session of its own server only.
---@generic Found : { socket: string }
---@param all Found[]
---@return Found[]
function Picker:fitting(all, pane)
  if not self.opts or self.opts.into ~= "here" then return all end
  local fitting, _, socket = {}, client_in(pane)
  for _, found in ipairs(all) do
    if not is_text(socket) or found.socket == socket then fitting[#fitting + 1] = found end
  end
  return fitting
end

---@return table[] choices
function Picker:rows(sessions, others, pane)
  local fitting = self:fitting(sessions, pane)
  if self.windows then return windows_of(fitting) end
  return choices_of(fitting, self:fitting(others, pane), pane)
end

--- The folder that the pane is in, as far as WezTerm knows; versions before 2024 say it as a URL.
---@return string? path
local function folder_of(pane)
  local ok, told = pcall(function() return pane:get_current_working_dir() end)
  if not ok or not told then return nil end
  local is_url, path = pcall(function() return told.file_path end)
  if is_url and is_text(path) then return path end
  path = tostring(told):match("^file://[^/]*(/.*)$")
  return path
    and path:gsub("%%(%x%x)", function(code) return string.char(tonumber(code, 16)) end)
end

local function ask_sessions(windows, pane)
  if windows then return ask("views", "--all", "--windows", "--json") end
  local folder = folder_of(pane)
  if folder then return ask("pick", "--json", "--cwd=" .. folder) end
  return ask("pick", "--json")
end

local function remember(answer)
  change_state(function(state)
    state.sessions, state.others, state.listed = sessions_of(answer), others_of(answer), os.time()
  end)
end

--- Stands before the child starts: until then, keys go into the program below.
function Picker:read(window, pane)
  self.waits = true
  local what = self.windows and "windows" or "sessions"
  self:show(window, pane, { row(("reading the %s ..."):format(what), { act = "wait" }) })
  local answer, message = ask_sessions(self.windows, pane)
  local left = not self.waits
  self.waits = false
  local problems = answer and errors_of(answer) or { message }
  local sessions = answer and sessions_of(answer) or {}
  if answer and #problems == 0 and not self.windows then remember(answer) end
  if left then return end
  local choices = self:rows(sessions, answer and others_of(answer) or {}, pane)
  for _, problem in ipairs(problems) do
    complain(problem)
    choices[#choices + 1] = row((problem:gsub("%c+", " ")), { act = "wait" })
  end
  if #sessions == 0 and problems[1] then show(window, table.concat(problems, "; ")) end
  self:show(window, pane, choices)
end

--- At once with what is known, if that is not old; what has changed since is there the next time.
function Picker:open(window, pane)
  if self.opts and self.opts.into == "here" then
    local tty, problem = client_in(pane)
    if not tty then return fail(window, problem) end
  end
  if self.windows then return self:read(window, pane) end
  local state = load_state()
  local sessions = type(state.sessions) == "table" and state.sessions or {}
  if #sessions == 0 or seconds_since(state.listed) > KNOWN_FOR then
    return self:read(window, pane)
  end
  local choices = self:rows(sessions, state.others or {}, pane)
  choices[#choices + 1] = row(AGAIN, { act = "again" })
  self:show(window, pane, choices)
  local answer = ask_sessions(false, pane)
  remember(answer and #errors_of(answer) == 0 and answer or {})
end

function Picker:choose(window, pane, id, label)
  local ok, picked = pcall(wezterm.json_parse, id)
  local act = ok and type(picked) == "table" and picked.act
  if id == nil then self.waits = false end
  if act == "again" then return self:read(window, pane) end
  if act == "windows" then return self.of_windows:read(window, pane) end
  if act == "new" then
    local description = "The name of the new session"
    local prompt = { description = description, action = self.named }
    return window:perform_action(wezterm.action.PromptInputLine(prompt), pane)
  end
  if act ~= "wait" then M.choose(window, pane, id, label, self.opts) end
end

function Picker:name(window, pane, line)
  if not is_text(line) then return end
  local own = copy(self.opts)
  own.create = true
  M.spawn_tab_with_session(window, pane, line, own)
end

--- What the picker does with a row; public, so that it can be had without a selector.
---@param id string? JSON with name and socket, and a window's id, or with the key of what is no
---session; nil when the person cancelled
---@param _label string?
---@param opts viewsync.SpawnOptions?
---@return any? tab
---@return any pane
function M.choose(window, pane, id, _label, opts)
  if id == nil then return nil, "cancelled" end
  local ok, session = pcall(wezterm.json_parse, id)
  if not ok or type(session) ~= "table" then
    return fail(window, "not a row of the session picker: " .. tostring(id))
  end
  local own = copy(opts)
  own.socket_name, own.socket_path = nil, session.socket
  own.window = session.window or own.window
  own.key = session.key
  return M.spawn_tab_with_session(window, pane, session.name, own)
end

--- Made once: WezTerm keeps each action_callback for as long as the configuration lives.
local function picker_of(opts, windows)
  local picker = setmetatable({ opts = opts, windows = windows }, Picker)
  local function action(where, method)
    return wezterm.action_callback(guard(where, function(...) method(picker, ...) end))
  end
  picker.chosen = action("choose", Picker.choose)
  if not windows then
    picker.named = action("new session", Picker.name)
    picker.of_windows = picker_of(opts, true)
  end
  return picker, function() return action("pick", Picker.open) end
end

--- An action for a key: a fuzzy picker of all sessions, then a tab on the chosen one. The last rows
--- lead to the windows of all sessions, and make a session that is not there yet.
---@param opts viewsync.SpawnOptions? for the tab; `into` opens it elsewhere
---@return any action
function M.pick_session(opts)
  local _, open = picker_of(opts, false)
  return open()
end

--- The same of the windows of all sessions: the view stands on the one that is chosen, and neither
--- the session nor any other view moves.
---@param opts viewsync.SpawnOptions?
---@return any action
function M.pick_window(opts)
  local _, open = picker_of(opts, true)
  return open()
end

local palette = nil ---@type table[]?

--- Entries for the command palette, to be returned by an augment-command-palette handler of yours.
--- We register none: only the first one counts.
---@return table[] entries
function M.palette_entries()
  if palette then return palette end
  local function entry(brief, action)
    return { brief = "viewsync: " .. brief, icon = "cod_terminal_tmux", action = action }
  end
  palette = {
    entry("open a session in a tab", M.pick_session()),
    entry("open a window of a session", M.pick_window()),
    entry("switch this tab to a session", M.pick_session({ into = "here" })),
    entry("open a session to the right", M.pick_session({ into = "right" })),
    entry("open a session below", M.pick_session({ into = "down" })),
    entry("open a session in a window", M.pick_session({ into = "window" })),
    entry("open a session in a workspace", M.pick_session({ into = "workspace" })),
    entry("clean up views", wezterm.action_callback(guard("cleanup", M.cleanup))),
    entry("restore tabs", wezterm.action_callback(guard("restore", M.restore))),
  }
  return palette
end

---@class viewsync.Reopened
---@field tab any
---@field pane any

--- Where it was; where that cannot be, as there is no room to split, in a tab.
---@param made table<integer, viewsync.Reopened> by the place in the plan
---@return viewsync.Reopened? reopened
---@return string? message
local function reopen(window, pane, tab, made)
  local beside = math.type(tab.beside) == "integer" and made[tab.beside + 1] or nil
  local there, in_window = pcall(function() return beside.pane:window() end)
  if not there or not in_window then beside = nil end
  local before = is_text(tab.tab_title) and tab.tab_title or nil
  local function try(where, at, opts)
    opts.socket_path, opts.window = tab.socket, tab.window
    if is_text(tab.host) then
      local place = tab.socket:sub(#tab.host + 2)
      opts.host = tab.host
      opts.socket_path = place:sub(1, 1) == "/" and place or nil
      opts.socket_name = not opts.socket_path and place or nil
    end
    local opened, new_pane = open_tab(where, at, tab.parent, opts, before)
    if opened then return { tab = opened, pane = new_pane } end
    return nil, new_pane
  end
  local function exactly()
    if tab.into == "window" then
      return try(nil, nil, { into = "window", workspace = tab.workspace })
    end
    if not beside then return nil end
    if tab.into ~= "right" and tab.into ~= "down" then return try(nil, beside.pane, {}) end
    -- WezTerm takes whole percents of it, rounded down.
    local size = math.type(tab.percent) == "integer" and (tab.percent + 0.5) / 100 or nil
    return try(nil, beside.pane, { into = tab.into, size = size })
  end
  local reopened = exactly()
  if reopened then return reopened end
  local message
  reopened, message = try(window, pane, {})
  return reopened or try(nil, nil, {}), message
end

--- Opens again the views that a crashed WezTerm had, each on its tmux window and in its place; the
--- command notes that they are handed over, so a second call opens none. Yields.
---@return integer? opened how many tabs; nil, and a message, when there was no plan to be had
---@return string? message
function M.restore(window, pane)
  local plan, message = ask("restore", "--hand-over", "--json")
  if not plan then return fail(window, message) end
  local opened, made = 0, {}
  for place, tab in ipairs(plan.tabs or {}) do
    local reopened, problem = reopen(window, pane, tab, made)
    made[place] = reopened
    if reopened then
      opened, pane = opened + 1, pane or reopened.pane
    else
      complain("restore:", problem)
    end
  end
  for _, place in ipairs(plan.focus or {}) do
    pcall(function()
      made[place + 1].pane:activate()
      if plan.tabs[place + 1].zoomed then made[place + 1].pane:tab():set_zoomed(true) end
    end)
  end
  local gone = #(plan.missing or {})
  local text = plural(opened, "tab") .. " restored"
  show(window, gone > 0 and ("%s, %s gone"):format(text, plural(gone, "session")) or text)
  return opened
end

-- Into the configuration --------------------------------------------------------------------------

--- The same text for "c" with "LEADER|CTRL" and for "mapped:c" with "CTRL | LEADER".
local function chord(binding)
  local mods = {}
  for mod in tostring(binding.mods or ""):gmatch("[^|%s]+") do
    mods[#mods + 1] = mod:upper()
  end
  table.sort(mods)
  return table.concat(mods, "|") .. "+" .. tostring(binding.key):gsub("^%a+:(.+)$", "%1")
end

local function bind(keys, option, action)
  local key = settings[option]
  if not key then return end
  for _, binding in ipairs(keys) do
    if chord(binding) == chord(key) then
      local text = "%s is already in config.keys and stays as it is; set %s to another key"
      return wezterm.log_warn("viewsync:", text:format(chord(key), option))
    end
  end
  keys[#keys + 1] = { key = key.key, mods = key.mods, action = action }
end

local function add_keys(config)
  local keys = copy(config.keys)
  bind(keys, "cleanup_key", wezterm.action_callback(guard("cleanup", M.cleanup)))
  bind(keys, "picker_key", M.pick_session())
  bind(keys, "restore_key", wezterm.action_callback(guard("restore", M.restore)))
  config.keys = keys
end

local checked_leader = false
local unsaid = {} ---@type string[] what is wrong with the configuration, until a window can show it

local function needs_a_leader()
  if not settings.keys then return nil end
  for _, option in ipairs({ "cleanup_key", "picker_key", "restore_key" }) do
    local key = settings[option]
    if key and chord(key):find("LEADER", 1, true) then return option end
  end
  return nil
end

--- Once a window is there: by then the whole configuration has been read, and a leader set or not.
local function say_problems(window, config)
  if not checked_leader then
    checked_leader = true
    local option = not config.leader and needs_a_leader()
    if option then
      local text = "%s needs config.leader, which is not set: its key does nothing"
      unsaid[#unsaid + 1] = text:format(option)
      wezterm.log_warn("viewsync:", unsaid[#unsaid])
    end
  end
  if #unsaid == 0 then return end
  local text = table.concat(unsaid, "; ")
  unsaid = {}
  show(window, text)
end

--- What an evaluation before this one was asked for, and had no time to do.
local function take_over()
  local state = load_state()
  shown = state.message
  local left = state.queued
  if is_text(left) and WIDTH[left] then request_sweep(left) end
end

local function register_handlers(config)
  guard("take over", take_over)()
  local look_at_all = guard("look", look)
  local overdue = guard("timer", strike_if_overdue)
  local draw = guard("status", draw_message)
  local say = guard("options", say_problems)
  local function watch(window)
    look_at_all()
    overdue()
    say(window, config)
    draw(window)
  end
  wezterm.on("update-status", watch)
  wezterm.on("window-focus-changed", watch)
  wezterm.on("window-config-reloaded", watch)
  wezterm.on("user-var-changed", guard("user-var-changed", user_var_changed))
  if layer_is_on("wezterm-timer") then start_timer() end
end

-- Of this evaluation, and never in GLOBAL: that outlives a reload, and the handlers do not.
local applied = false

--- Registers the handlers, starts the timer, adds the keys: call it after your `config.keys =`.
---@param config table
---@param opts viewsync.Options?
function M.apply_to_config(config, opts)
  for _, problem in ipairs(problems_of(opts, OPTIONS)) do
    complain(problem)
    unsaid[#unsaid + 1] = problem
  end
  if applied then return complain("call apply_to_config once; the second call was ignored") end
  applied = true
  settings = values_of(opts, OPTIONS)
  -- The mux server and `wezterm cli` evaluate the configuration too, and have no windows.
  if wezterm.gui then guard("apply_to_config", register_handlers)(config) end
  if settings.keys then guard("keys", add_keys)(config) end
end

return M
