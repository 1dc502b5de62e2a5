description = [[
Stands in for nmap's own scripts, so that "nmap -sV" runs none of them.
]]

categories = {"version"}

portrule = function() return false end

action = function() end
