print("realtime-bench")
