-- A viewer polls both endpoints by turns. PAUSE is the mean time between two requests of one viewer, in milliseconds.
local pause = tonumber(os.getenv("PAUSE") or "0")
local paths = { "/api/telemetry/host", "/api/telemetry/containers" }
local count = 0

request = function()
  count = count + 1
  return wrk.format("GET", paths[count % 2 + 1])
end

if pause > 0 then
  -- Also before the first request, so that the viewers do not all come at once.
  delay = function()
    return math.random(1, 2 * pause)
  end
end

done = function(summary, latency, requests)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format("RESULT requests=%d failed=%d seconds=%.1f p50_ms=%.2f p99_ms=%.2f\n", summary.requests, failed,
    summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
