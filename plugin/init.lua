-- The entry for wezterm.plugin.require: loads ../lua/viewsync.lua from where this file lies.
-- `require` passes a chunk its own path. The other ways to it are no good: wezterm.plugin.list()
-- breaks as soon as one folder there is no git repository, and WezTerm has no `debug` library.
local here = assert(select(2, ...), "viewsync: this file is for require; dofile lua/viewsync.lua")
local module = here:gsub("[^/\\]+[/\\][^/\\]+$", "") .. "lua/viewsync.lua"

-- WezTerm reloads when a file that was `require`d changes, and does not see a dofile.
require("wezterm").add_to_config_reload_watch_list(module)
return dofile(module)
