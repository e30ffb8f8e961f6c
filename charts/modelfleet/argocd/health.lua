-- Health of Modelfleet's kinds for Argo CD. It reads the conditions by name and in the order that
-- kstatus gives them, so that Argo CD, Flux and `kubectl wait` agree.

local function health(status, message)
  return { status = status, message = message or "" }
end

local function condition(name)
  for _, candidate in ipairs(obj.status.conditions or {}) do
    if candidate.type == name then
      return candidate
    end
  end
  return nil
end

local function holds(candidate)
  return candidate ~= nil and candidate.status == "True"
end

if obj.metadata.deletionTimestamp ~= nil then
  return health("Progressing", "being deleted")
end
if obj.status == nil or obj.status.observedGeneration == nil then
  return health("Progressing", "waiting for the Modelfleet operator")
end
if obj.status.observedGeneration ~= obj.metadata.generation then
  return health("Progressing", "waiting for the operator to see the latest spec")
end

local stalled = condition("Stalled")
if holds(stalled) then
  return health("Degraded", stalled.message)
end
local progressing = condition("Progressing")
if progressing ~= nil and progressing.status == "False" then
  return health("Degraded", progressing.message)
end
local paused = condition("Paused")
if holds(paused) then
  return health("Suspended", paused.message)
end
local reconciling = condition("Reconciling")
if holds(reconciling) then
  return health("Progressing", reconciling.message)
end

local ready = condition("Ready")
if ready == nil then
  -- A policy has nothing to become: it is accepted or it is not.
  local accepted = condition("Accepted")
  if accepted ~= nil and accepted.status == "False" then
    return health("Degraded", accepted.message)
  end
  return health("Healthy", accepted ~= nil and accepted.message)
end
if holds(ready) then
  return health("Healthy", ready.message)
end
return health("Progressing", ready.message)
