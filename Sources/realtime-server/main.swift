print("realtime-server")
