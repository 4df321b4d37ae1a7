"""The YAML of `reference/project-sessions.md`, as it is written there."""

from __future__ import annotations

DEV_SESSION = """\
# .prj/commands/dev-session.yaml
name: dev-session
description: Start development session with tmux

# Session specification
session:
  name_template: "{{project}}-{{worktree}}-dev"
  working_directory: "{{worktree_path}}"
  auto_attach: false
  
steps:
  - setup-environment
  - start-development-tools
"""  # noqa: W293

PROJECT = """\
project:
  name: my-project
  
sessions:
  tmux_config: ".tmux.conf"
  default_task: "dev"
  naming_pattern: "{{project}}-{{branch}}-{{task}}"
  auto_cleanup: true
  
environments:
  development:
    NODE_ENV: development
    DEBUG: "true"
    LOG_LEVEL: "debug"
"""  # noqa: W293

GLOBAL = """\
defaults:
  shell: zsh
  tmux_session_prefix: "prj"
  
tmux:
  auto_attach: false
  session_timeout: "24h"
  default_window_name: "main"
"""  # noqa: W293

TEMPLATE_VARIABLES = """\
session:
  name_template: "{{project}}-{{branch}}-{{task_type}}"
  working_directory: "{{worktree_path | default(project_path)}}"
"""

COMMAND_ENVIRONMENT = """\
# Command-level environment
environment:
  NODE_ENV: development
  API_URL: "http://localhost:3000"
  
# Combined with project environment
session:
  inherit_project_env: true
  additional_env:
    DEBUG_SESSION: "true"
"""  # noqa: W293

WINDOWS = """\
session:
  name_template: "{{project}}-{{task}}"
  windows:
    - name: "editor"
      command: "$EDITOR ."
    - name: "server"
      command: "npm run dev"
    - name: "tests"
      command: "npm run test:watch"
"""

HOOKS = """\
session:
  name_template: "{{project}}-dev"
  pre_create_steps:
    - validate-environment
  post_create_steps:
    - setup-development-tools
    - start-background-services
  cleanup_steps:
    - stop-services
    - save-session-state
"""

ENVIRONMENTS = """\
# Project-level environments
environments:
  development:
    NODE_ENV: development
    LOG_LEVEL: debug
  testing:
    NODE_ENV: test
    CI: true
"""

INHERITANCE = """\
# Session inherits from specified environment
session:
  environment: "{{env | default('development')}}"
  additional_env:
    SESSION_ID: "{{session_name}}"
"""

WORKTREE = """\
# Command creates both worktree and session
worktree:
  branch: "feature-{{name}}"
  base_branch: "main"
  
session:
  name_template: "{{project}}-{{branch}}-dev"
  working_directory: "{{worktree_path}}"
"""  # noqa: W293

STEPS = (
    *("setup-environment", "start-development-tools", "validate-environment", "setup-development-tools"),
    *("start-background-services", "stop-services", "save-session-state"),
)
