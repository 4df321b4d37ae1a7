-- A `wezterm` with the functions, events and semantics of the real one (commit 4ff581a8a), strict
-- where the real one is lax: what does not exist is a violation, and fails the test even where the
-- code under test catches the error. The host (fake.py) owns windows, clock, processes and state.

local host = ...

local M = { events = {} }

local function violation(text)
  host.violation(text)
  error(text, 3)
end

-- Functions that yield ----------------------------------------------------------------------------

--- As mlua's create_async_function: yields to the host, which resumes with true and the results, or
--- with false and an error. Where Lua cannot yield, Lua itself says so.
function M.yielding(name)
  return function(...)
    if not coroutine.isyieldable() then
      host.violation(name .. " yields, and cannot here")
    end
    local answer = table.pack(coroutine.yield(name, table.pack(...)))
    if not answer[1] then error(answer[2], 0) end
    return table.unpack(answer, 2, answer.n)
  end
end

--- The body of every task: whatever it does, its last word is "finished".
function M.run(fn, ...) return "finished", table.pack(pcall(fn, ...)) end

-- Events ------------------------------------------------------------------------------------------

function M.on(name, handler)
  if not host.is_event(name) then violation("no such event: " .. tostring(name)) end
  if type(handler) ~= "function" then violation("a handler is a function") end
  M.events[name] = M.events[name] or {}
  table.insert(M.events[name], handler)
end

--- In the order of registration; false stops the rest, and so does an error.
function M.handle(name, ...)
  for _, handler in ipairs(M.events[name] or {}) do
    if handler(...) == false then return false end
  end
  return true
end

--- What wezterm-gui does with format-tab-title and the like: no coroutine, the first handler only.
function M.handle_sync(name, ...)
  local first = (M.events[name] or {})[1]
  return first and first(...)
end

local tick = M.yielding("emit")
local function emit(name, ...)
  tick()
  return M.handle(name, ...)
end

local callbacks = 0
local function wrap_callback(fn)
  local name = "user-defined-" .. callbacks
  callbacks = callbacks + 1
  M.events[name] = { fn }
  return name
end

local function action_callback(fn) return { EmitEvent = wrap_callback(fn) } end

local function call_after(seconds, fn)
  -- Duration::from_secs_f64 panics on these.
  if type(seconds) ~= "number" or not (seconds >= 0 and seconds < math.huge) then
    violation("call_after(" .. tostring(seconds) .. ")")
  end
  host.call_after(seconds, wrap_callback(fn))
end

-- Actions -----------------------------------------------------------------------------------------

local SELECTOR = {
  title = "string",
  choices = "table",
  action = "table",
  fuzzy = "boolean",
  alphabet = "string",
  description = "string",
  fuzzy_description = "string",
}

local function check_choices(choices)
  for _, choice in ipairs(choices) do
    for field, value in pairs(choice) do
      if (field ~= "id" and field ~= "label") or type(value) ~= "string" then
        violation("InputSelector: a choice with " .. tostring(field) .. " = " .. tostring(value))
      end
    end
    if not choice.label then violation("InputSelector: a choice without a label") end
  end
end

local function input_selector(fields)
  for field, value in pairs(fields) do
    if SELECTOR[field] ~= type(value) then violation("InputSelector: " .. tostring(field)) end
  end
  check_choices(fields.choices or {})
  return { InputSelector = fields }
end

local function prompt_input_line(fields)
  for field, value in pairs(fields) do
    local kind = ({ description = "string", action = "table" })[field]
    if kind ~= type(value) then violation("PromptInputLine: " .. tostring(field)) end
  end
  return { PromptInputLine = fields }
end

local action = setmetatable({}, {
  __index = function(_, variant)
    if variant == "InputSelector" then return input_selector end
    if variant == "PromptInputLine" then return prompt_input_line end
    violation("the fake knows no action " .. tostring(variant))
  end,
})

-- The configuration -------------------------------------------------------------------------------

local CONFIG_FIELDS = { keys = "table", leader = "table", font_size = "number" }
local KEY_FIELDS = { key = "string", mods = "string", action = "table" }

local function check_keys(keys)
  for index, binding in pairs(keys) do
    if type(index) ~= "number" then violation("config.keys is a list") end
    for field, value in pairs(binding) do
      if KEY_FIELDS[field] ~= type(value) then violation("config.keys: " .. tostring(field)) end
    end
    if not (binding.key and binding.action) then violation("config.keys: key and action") end
  end
end

--- As in WezTerm, only the first assignment of a field passes here; later ones are raw.
local function config_builder()
  return setmetatable({}, {
    __newindex = function(config, field, value)
      if CONFIG_FIELDS[field] ~= type(value) then violation("config." .. tostring(field)) end
      if field == "keys" then check_keys(value) end
      rawset(config, field, value)
    end,
  })
end

-- The module --------------------------------------------------------------------------------------

local function names(text)
  local set = {}
  for name in text:gmatch("%S+") do
    set[name] = true
  end
  return set
end

--- A table that answers for `known`, says of `listed` that the fake lacks it, and refuses the rest.
local function strict(path, known, listed)
  return setmetatable(known, {
    __index = function(_, key)
      if key == "gui" and host.headless then return nil end
      local why = listed[key] and " is not in the fake" or " does not exist"
      violation(path .. "." .. tostring(key) .. why)
    end,
  })
end

local function log(level)
  return function(...)
    local words = {}
    for index, word in ipairs({ ... }) do
      words[index] = tostring(word)
    end
    host.log(level, table.concat(words, " "))
  end
end

local GLYPHS = { cod_terminal_tmux = "\u{ebc8}", md_rocket = "\u{f0463}" }
local nerdfonts = setmetatable({}, { __index = function(_, key) return GLYPHS[key] end })

M.wezterm = strict("wezterm", {
  GLOBAL = host.global,
  action = action,
  action_callback = action_callback,
  add_to_config_reload_watch_list = host.watch,
  background_child_process = M.yielding("background_child_process"),
  config_builder = config_builder,
  config_dir = host.home .. "/.config/wezterm",
  config_file = host.home .. "/.config/wezterm/wezterm.lua",
  emit = emit,
  home_dir = host.home,
  json_encode = host.json_encode,
  json_parse = host.json_parse,
  log_error = log("error"),
  log_info = log("info"),
  log_warn = log("warn"),
  nerdfonts = nerdfonts,
  on = M.on,
  run_child_process = M.yielding("run_child_process"),
  sleep_ms = M.yielding("sleep_ms"),
  target_triple = "x86_64-unknown-linux-gnu",
  version = "20240203-110809-5046fc22",
  mux = strict("wezterm.mux", {
    all_windows = host.all_windows,
    get_pane = host.get_pane,
    get_tab = host.get_tab,
    get_window = host.get_window,
    set_active_workspace = host.set_active_workspace,
    spawn_window = M.yielding("spawn_window"),
  }, names([[all_domains get_active_workspace get_domain get_workspace_names rename_workspace
    set_default_domain]])),
  time = strict("wezterm.time", { call_after = call_after }, names("now parse parse_rfc3339")),
}, names([[battery_info color column_width default_hyperlink_rules default_ssh_domains
  default_wsl_domains enumerate_ssh_hosts executable_dir exec_domain font font_with_fallback format
  get_builtin_color_schemes glob gradient_colors gui has_action hostname open_with pad_left
  pad_right permute_any_mods permute_any_or_no_mods plugin procinfo read_dir reload_configuration
  running_under_wsl serde shell_join_args shell_quote_arg shell_split split_by_newlines strftime
  strftime_utc to_string truncate_left truncate_right url utf16_to_utf8]]))

if not host.headless then
  rawset(M.wezterm, "gui", strict("wezterm.gui", {
    gui_window_for_mux_window = M.yielding("gui_window_for_mux_window"),
  }, names("default_key_tables default_keys enumerate_gpus gui_windows screens")))
end

-- The Lua state -----------------------------------------------------------------------------------

package.loaded.wezterm = M.wezterm
package.path = host.package_path
debug, package.loaded.debug = nil, nil
print = log("info")

--- WezTerm allows these, and they hold up the GUI thread (wezterm #5939).
local function blocking(name)
  return function() violation(name .. " blocks the GUI thread") end
end

for name in pairs(names("open popen lines read input output write tmpfile")) do
  io[name] = blocking("io." .. name)
end
for name in pairs(names("execute remove rename tmpname exit")) do
  os[name] = blocking("os." .. name)
end
os.getenv = host.getenv
os.time = host.time

local pairs_of_tables = pairs
function pairs(value)
  if type(value) ~= "userdata" then return pairs_of_tables(value) end
  return next, host.global_pairs(value)
end

return M
